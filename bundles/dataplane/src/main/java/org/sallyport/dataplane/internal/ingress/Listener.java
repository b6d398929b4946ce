// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.Transport;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds one port open, or tries to: a port that another program has is tried again every {@value #RETRY_SECONDS} s and never
 * given up for another. State belongs to the control loop; what comes in at the port is the business of what is bound to it.
 */
final class Listener {
    static final long RETRY_SECONDS = 3;
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final long TURN_MILLIS = 2;

    private final Surroundings surroundings;
    private final PortBook ports;
    private final String gateway;
    private final Port target;
    private final EventLoop loop;
    private final Door door;
    private final Consumer<State> states;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Runnable retry = this::open;

    private @Nullable InetSocketAddress claimed;
    private @Nullable Channel channel;
    private java.util.concurrent.@Nullable Future<?> alarm;
    private @Nullable String trouble;
    private boolean opening;
    private boolean closing;

    /**
     * A port.
     *
     * @param transport of which
     * @param at address or name of this machine, and number
     */
    record Port(Transport transport, HostPort at) {
        @Override
        public String toString() {
            return transport == Transport.TCP ? at.toString() : transport + " " + at;
        }
    }

    /** Makes what is bound to the port. */
    interface Door {
        /** {@return a socket for an address, not registered, with handlers and options} */
        Channel socket(InetSocketAddress address);
    }

    /**
     * @param surroundings of all gateways
     * @param ports of this process
     * @param gateway its name, for messages
     * @param target where to listen
     * @param loop of what is bound to it
     * @param door makes that
     * @param states is told what is true, on the control loop
     */
    Listener(
            Surroundings surroundings,
            PortBook ports,
            String gateway,
            Port target,
            EventLoop loop,
            Door door,
            Consumer<State> states) {
        this.surroundings = surroundings;
        this.ports = ports;
        this.gateway = gateway;
        this.target = target;
        this.loop = loop;
        this.door = door;
        this.states = states;
    }

    Port target() {
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
        surroundings.names().resolve(target.at().host(), surroundings.control()).addListener(this::resolved);
    }

    private void resolved(Future<? super List<InetAddress>> answer) {
        if (closing) {
            opened(null);
            return;
        }
        if (!answer.isSuccess() || !(answer.getNow() instanceof List<?> addresses) || addresses.isEmpty()) {
            failed("listen address " + target.at().host()
                    + " is not known on this machine: correct the listen address");
            return;
        }
        InetSocketAddress address = new InetSocketAddress(
                (InetAddress) addresses.get(0), target.at().port());
        PortBook.Claim holder = ports.take(target.transport(), address, gateway);
        if (holder != null) {
            ports.await(target.transport(), address, retry);
            opening = false;
            tell(new State.Failed(
                    "port " + target.at().port() + " is in use by gateway " + holder.gateway() + " on this client"));
            return;
        }
        claimed = address;
        bind(address);
    }

    private void bind(InetSocketAddress address) {
        Channel server;
        try {
            server = door.socket(address);
        } catch (RuntimeException e) {
            // out of file descriptors
            giveBack();
            failed(explain(e));
            return;
        }
        loop.register(server).addListener(registered -> {
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
    private void bound(Channel server, InetSocketAddress address, @Nullable Throwable cause) {
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
            LOG.info("{}: listens on {}", gateway, new Port(target.transport(), real));
            tell(new State.Listening(real, ""));
        }
    }

    /** The attempt is over; carries on with a close that came meanwhile. */
    private void opened(@Nullable Channel server) {
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
            return "port " + target.at().port() + " on " + target.at().host()
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
        Channel server = channel;
        if (server == null) {
            giveBack();
            closed.complete(null);
            return;
        }
        ChannelFuture done = server.close();
        // with the JDK's selectors the port is free only after the next turn of the accepting loop
        done.addListener(gone -> {
            Object unused =
                    loop.schedule(() -> surroundings.control().execute(this::gone), TURN_MILLIS, TimeUnit.MILLISECONDS);
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
            ports.giveBack(target.transport(), held, gateway);
        }
    }
}
