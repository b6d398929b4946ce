// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One connection through a proxy. A side that has ended and was told the other's end is done with; one that was not told,
 * because that was swallowed, keeps its socket until it resets that itself or the proxy is closed: closing it would tell.
 */
@SuppressWarnings("FutureReturnValueIgnored") // there is nothing to do for who cannot be closed
public final class Link {
    private final int number;
    private final DuplexChannel client;
    private final DuplexChannel server;
    private final Pipe clientToServer;
    private final Pipe serverToClient;
    private final End clientEnd;
    private final End serverEnd;
    private final Lane toServer;
    private final Lane toClient;

    /** One of the sockets: what is read from it goes into one pipe, what the other pipe carries is written to it. */
    private static final class End extends ChannelInboundHandlerAdapter {
        private final DuplexChannel socket;
        private final Pipe from;
        private final Pipe into;
        private boolean told;
        private boolean gone;

        End(DuplexChannel socket, Pipe from, Pipe into) {
            this.socket = socket;
            this.from = from;
            this.into = into;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            from.take((ByteBuf) message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            into.deliver();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !gone) {
                from.takeEnd(Ending.FIN);
                settle();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                ctx.fireExceptionCaught(cause);
            }
            lost();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lost();
        }

        /** It was reset by its own side. */
        private void lost() {
            if (!gone) {
                gone = true;
                into.breakOff();
                from.takeEnd(Ending.RESET);
                socket.close();
            }
        }

        /** Tells its side that the other has ended, when all that was written before is on its way. */
        void tell(Ending how) {
            told = true;
            if (how == Ending.RESET) {
                into.breakOff();
                from.breakOff();
                into.afterWhatWasWritten(this::reset);
            } else {
                into.afterWhatWasWritten(() -> {
                    socket.shutdownOutput();
                    settle();
                });
            }
        }

        /** Closes it when nobody needs it any more. */
        private void settle() {
            if (told && from.ended() && !into.finishing() && !gone) {
                gone = true;
                socket.close();
            }
        }

        /** Resets it now; the other side isn't told. */
        void reset() {
            gone = true;
            into.breakOff();
            from.breakOff();
            resetNow(socket);
        }
    }

    /** Where a pipe ends. */
    private final class Mouth implements Pipe.Ends {
        private final Side side;

        Mouth(Side side) {
            this.side = side;
        }

        @Override
        public void arrived(Ending how) {
            end(side).tell(how);
        }

        @Override
        public void cut(Cut cut) {
            end(side).into.breakOff();
            for (Side each : cut.sides()) {
                end(each).into.breakOff();
                end(each).tell(cut.how());
            }
        }
    }

    /**
     * @param allToServer what befalls all connections of the proxy, and from now on this one
     * @param allToClient the same for the other way
     * @param random what is left to chance
     */
    Link(
            int number,
            DuplexChannel client,
            DuplexChannel server,
            Lane allToServer,
            Lane allToClient,
            SplittableRandom random) {
        this.number = number;
        this.client = client;
        this.server = server;
        clientToServer = new Pipe(client, server, new Mouth(Side.SERVER), random.split(), allToServer.faults());
        serverToClient = new Pipe(server, client, new Mouth(Side.CLIENT), random.split(), allToClient.faults());
        clientEnd = new End(client, clientToServer, serverToClient);
        serverEnd = new End(server, serverToClient, clientToServer);
        toServer = lane(clientToServer, allToServer);
        toClient = lane(serverToClient, allToClient);
    }

    private Lane lane(Pipe pipe, Lane all) {
        all.add(pipe);
        whenEnded(() -> all.remove(pipe));
        Lane lane = new Lane(client.eventLoop());
        lane.add(pipe);
        return lane;
    }

    /** Begins to carry. */
    void begin() {
        client.pipeline().addLast(clientEnd);
        server.pipeline().addLast(serverEnd);
        clientToServer.deliver();
        serverToClient.deliver();
    }

    /** Does something when both sockets are closed. */
    void whenEnded(Runnable task) {
        ChannelFutureListener listener = closed -> {
            if (!client.isOpen() && !server.isOpen()) {
                task.run();
            }
        };
        client.closeFuture().addListener(listener);
        server.closeFuture().addListener(listener);
    }

    /** {@return which one it is, counted from 1} */
    public int number() {
        return number;
    }

    /** {@return whether the socket of a side is open; what ended it was taken before it is closed} */
    public boolean isOpen(Side side) {
        return end(side).socket.isOpen();
    }

    /** {@return what goes from the client to the server on this connection} */
    public Lane toServer() {
        return toServer;
    }

    /** {@return what goes from the server to the client on this connection} */
    public Lane toClient() {
        return toClient;
    }

    /**
     * Resets it, now.
     *
     * @param sides who sees it; both if none is named. For who doesn't, the other end just fell silent
     */
    public void reset(Side... sides) {
        Set<Side> who = Cut.sides(sides);
        OnLoop.run(client.eventLoop(), () -> who.forEach(side -> end(side).reset()));
    }

    private End end(Side side) {
        return side == Side.CLIENT ? clientEnd : serverEnd;
    }

    /** Closes a socket so that its other end sees a reset. */
    static void resetNow(DuplexChannel socket) {
        if (socket.isOpen()) {
            socket.config().setOption(ChannelOption.SO_LINGER, 0);
            socket.close();
        }
    }
}
