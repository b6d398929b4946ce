// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.sallyport.spi.EventLoops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands accepted sockets on, not registered, or holds them; rests a moment when the process is out of file descriptors. On the
 * loop that accepts.
 *
 * <p>Connections that come too fast are held, {@value #MOST_HELD} at most: sources that keep their rate pass by them. When
 * there is no place left, no more are accepted until there is; the rest waits in the kernel.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);
    private static final int BACKLOG = 4096;
    private static final int MOST_HELD = 64;
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LINE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long PAUSE_SECONDS = 1;

    /** Where sockets go, on the loop that accepts them. */
    interface Arrivals {
        /**
         * A connection comes, or one that was held asks again.
         *
         * @return 0 when it may go on, else how many nanoseconds to wait before the next try
         */
        long enter(InetAddress source);

        /** {@return which limit makes a source wait, for the log} */
        String bound(InetAddress source);

        /** Takes a socket, not registered. */
        void accept(DuplexChannel socket, EventLoop acceptLoop);
    }

    private final String gateway;
    private final Listener.Port port;
    private final Arrivals arrivals;
    private final Queue<DuplexChannel> held = new ArrayDeque<>(0);
    private long lineAt;
    private boolean told;
    private boolean timed;
    private boolean resting;

    /**
     * @param gateway its name, for messages
     * @param port for messages
     * @param arrivals gets each socket
     */
    Acceptor(String gateway, Listener.Port port, Arrivals arrivals) {
        this.gateway = gateway;
        this.port = port;
        this.arrivals = arrivals;
    }

    /** {@return a server socket whose connections come here} */
    ServerChannel socket(EventLoops loops) {
        ServerChannel server = loops.serverSocket();
        server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        server.config().setOption(ChannelOption.SO_REUSEADDR, true);
        server.pipeline().addLast(this);
        return server;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof DuplexChannel socket) {
            long wait = enter(socket);
            if (wait == 0) {
                arrivals.accept(socket, context.channel().eventLoop());
            } else {
                hold(context, socket, wait);
            }
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private long enter(DuplexChannel socket) {
        // one that is gone already has no address, and does not have to wait for its end
        return socket.remoteAddress() instanceof InetSocketAddress source ? arrivals.enter(source.getAddress()) : 0;
    }

    private void hold(ChannelHandlerContext context, DuplexChannel socket, long wait) {
        tell(context, socket);
        held.add(socket);
        acceptIfRoom(context);
        lookAgainIn(context, wait);
    }

    private void tell(ChannelHandlerContext context, DuplexChannel socket) {
        long now = context.channel().eventLoop().ticker().nanoTime();
        if ((!told || now - lineAt >= LINE_NANOS) && socket.remoteAddress() instanceof InetSocketAddress source) {
            told = true;
            lineAt = now;
            LOG.info(
                    "{}: connections to {} from {} come too fast and wait: more than the limit {} a second",
                    gateway,
                    port,
                    source.getAddress().getHostAddress(),
                    arrivals.bound(source.getAddress()));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // goes on until none is held
    private void lookAgainIn(ChannelHandlerContext context, long wait) {
        if (!timed) {
            timed = true;
            long nanos = Math.max(LEAST_WAIT_NANOS, Math.min(MOST_WAIT_NANOS, wait));
            context.channel().eventLoop().schedule(() -> lookAgain(context), nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void lookAgain(ChannelHandlerContext context) {
        timed = false;
        long least = MOST_WAIT_NANOS;
        for (int left = held.size(); left > 0; left--) {
            DuplexChannel socket = held.remove();
            long wait = enter(socket);
            if (wait == 0) {
                arrivals.accept(socket, context.channel().eventLoop());
            } else {
                held.add(socket);
                least = Math.min(least, wait);
            }
        }
        if (!held.isEmpty()) {
            lookAgainIn(context, least);
        }
        acceptIfRoom(context);
    }

    private void acceptIfRoom(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(!resting && held.size() < MOST_HELD);
    }

    /** The port is closed: those that are held were accepted and lose nothing by that. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (DuplexChannel socket = held.poll(); socket != null; socket = held.poll()) {
            arrivals.accept(socket, context.channel().eventLoop());
        }
        context.fireChannelInactive();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it does nothing when the port is closed by then
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.warn("{}: cannot accept on {}, trying again in {} s", gateway, port, PAUSE_SECONDS, cause);
        resting = true;
        acceptIfRoom(context);
        Runnable goOn = () -> {
            resting = false;
            acceptIfRoom(context);
        };
        context.channel().eventLoop().schedule(goOn, PAUSE_SECONDS, TimeUnit.SECONDS);
    }
}
