// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds one port open, or tries to: a port that another program has is tried again every {@value #RETRY_SECONDS} s and never
 * given up for another. State belongs to the control loop; accepted sockets are handed over on the loop that accepted them,
 * not registered.
 *
 * <p>Connections that come too fast are held, {@value #MOST_HELD} at most: sources that keep their rate pass by them. When
 * there is no place left, no more are accepted until there is; the rest waits in the kernel.
 */
final class Listener {
    static final long RETRY_SECONDS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 4096;
    private static final int MOST_HELD = 64;
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LINE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long PAUSE_SECONDS = 1;
    private static final long TURN_MILLIS = 2;

    private final Surroundings surroundings;
    private final PortBook ports;
    private final String gateway;
    private final HostPort target;
    private final EventLoop acceptLoop;
    private final Arrivals arrivals;
    private final Consumer<State> states;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Runnable retry = this::open;

    private @Nullable InetSocketAddress claimed;
    private @Nullable ServerChannel channel;
    private java.util.concurrent.@Nullable Future<?> alarm;
    private @Nullable String trouble;
    private boolean opening;
    private boolean closing;

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

    /**
     * @param surroundings of all gateways
     * @param ports of this process
     * @param gateway its name, for messages
     * @param target where to listen
     * @param acceptLoop accepts
     * @param arrivals gets each socket
     * @param states is told what is true, on the control loop
     */
    Listener(
            Surroundings surroundings,
            PortBook ports,
            String gateway,
            HostPort target,
            EventLoop acceptLoop,
            Arrivals arrivals,
            Consumer<State> states) {
        this.surroundings = surroundings;
        this.ports = ports;
        this.gateway = gateway;
        this.target = target;
        this.acceptLoop = acceptLoop;
        this.arrivals = arrivals;
        this.states = states;
    }

    HostPort target() {
        return target;
    }

    /** {@return completes when it listens or has failed for the first time, or was closed before that} */
    CompletionStage<Void> settled() {
        return settled;
    }

    /** Begins. */
    void open() {
        if (closing || opening || channel != null) {
            return;
        }
        opening = true;
        surroundings.names().resolve(target.host(), surroundings.control()).addListener(this::resolved);
    }

    private void resolved(Future<? super List<InetAddress>> answer) {
        if (closing) {
            opened(null);
            return;
        }
        if (!answer.isSuccess() || !(answer.getNow() instanceof List<?> addresses) || addresses.isEmpty()) {
            failed("listen address " + target.host() + " is not known on this machine: correct the listen address");
            return;
        }
        InetSocketAddress address = new InetSocketAddress((InetAddress) addresses.get(0), target.port());
        PortBook.Claim holder = ports.take(address, gateway);
        if (holder != null) {
            ports.await(address, retry);
            opening = false;
            tell(new State.Failed(
                    "port " + target.port() + " is in use by gateway " + holder.gateway() + " on this client"));
            return;
        }
        claimed = address;
        bind(address);
    }

    private void bind(InetSocketAddress address) {
        ServerChannel server;
        try {
            server = surroundings.loops().serverSocket();
        } catch (RuntimeException e) {
            // out of file descriptors
            giveBack();
            failed(explain(e));
            return;
        }
        server.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
        server.config().setOption(ChannelOption.SO_REUSEADDR, true);
        server.pipeline().addLast(new Acceptor());
        acceptLoop.register(server).addListener(registered -> {
            if (registered.isSuccess()) {
                server.bind(address).addListener(bound -> surroundings
                        .control()
                        .execute(() -> bound(server, address, bound.isSuccess() ? null : bound.cause())));
            } else {
                surroundings.control().execute(() -> bound(server, address, registered.cause()));
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it never was open
    private void bound(ServerChannel server, InetSocketAddress address, @Nullable Throwable cause) {
        if (cause != null) {
            server.close();
            giveBack();
            failed(explain(cause));
            return;
        }
        opened(server);
        if (!closing) {
            HostPort real = new HostPort(
                    address.getAddress().getHostAddress(), ((InetSocketAddress) server.localAddress()).getPort());
            trouble = null;
            LOG.info("{}: listens on {}", gateway, real);
            tell(new State.Listening(real, ""));
        }
    }

    /** The attempt is over; carries on with a close that came meanwhile. */
    private void opened(@Nullable ServerChannel server) {
        opening = false;
        channel = server;
        if (closing) {
            closeNow();
        }
    }

    private void failed(String cause) {
        opened(null);
        if (closing) {
            return;
        }
        if (!cause.equals(trouble)) {
            trouble = cause;
            LOG.warn("{}: {}", gateway, cause);
        }
        tell(new State.Failed(cause));
        alarm = surroundings.control().schedule(retry, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    private String explain(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("address already in use")) {
            return "port " + target.port() + " on " + target.host()
                    + " is taken by another program: free it, or choose another port; it is tried again every "
                    + RETRY_SECONDS + " s";
        }
        return "cannot listen on " + target + ": " + message + "; it is tried again every " + RETRY_SECONDS + " s";
    }

    private void tell(State state) {
        states.accept(state);
        settled.complete(null);
    }

    /** Closes the port; a second call does the same. Completes when the port is free. */
    CompletionStage<Void> close() {
        if (!closing) {
            closing = true;
            settled.complete(null);
            ports.forget(retry);
            if (alarm != null) {
                alarm.cancel(false);
            }
            if (!opening) {
                closeNow();
            }
        }
        return closed;
    }

    private void closeNow() {
        ServerChannel server = channel;
        if (server == null) {
            giveBack();
            closed.complete(null);
            return;
        }
        ChannelFuture done = server.close();
        // with the JDK's selectors the port is free only after the next turn of the accepting loop
        done.addListener(gone -> {
            Object unused = acceptLoop.schedule(
                    () -> surroundings.control().execute(this::gone), TURN_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    private void gone() {
        LOG.info("{}: listens no longer on {}", gateway, target);
        giveBack();
        closed.complete(null);
    }

    private void giveBack() {
        InetSocketAddress held = claimed;
        if (held != null) {
            claimed = null;
            ports.giveBack(held, gateway);
        }
    }

    /**
     * Hands accepted sockets on, or holds them; rests a moment when the process is out of file descriptors. On the loop that
     * accepts.
     */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        private final Queue<DuplexChannel> held = new ArrayDeque<>(0);
        private long lineAt;
        private boolean told;
        private boolean timed;
        private boolean resting;

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
                        target,
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
            LOG.warn("{}: cannot accept on {}, trying again in {} s", gateway, target, PAUSE_SECONDS, cause);
            resting = true;
            acceptIfRoom(context);
            Runnable goOn = () -> {
                resting = false;
                acceptIfRoom(context);
            };
            context.channel().eventLoop().schedule(goOn, PAUSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
