// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.tls.Handshake;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;

/**
 * The way to a resource: its {@linkplain AllowedAddresses addresses that may be dialled}, a connection to one of them, and TLS
 * on it if that is wanted; all within the destination's connect timeout. On one event loop.
 */
final class Dial implements HappyEyeballs.Outcome {
    /** What came of it; told once, or never after {@link #cancel}. */
    interface Outcome {
        /** The resource is connected, with reading off and nothing in its pipeline, or TLS that is agreed on. */
        void reached(DuplexChannel socket);

        /** It is not. */
        void refused(OpenReply reply);
    }

    private final Surroundings surroundings;
    private final Share dials;
    private final EventLoop loop;
    private final Destination destination;
    private final TlsLeg tls;
    private final String alpn;
    private final AllowedAddresses addresses;
    private final Outcome outcome;
    private @Nullable HappyEyeballs race;
    private java.util.concurrent.@Nullable Future<?> deadline;
    private @Nullable DuplexChannel shaking;
    private boolean counted;
    private boolean over;

    /**
     * @param surroundings of all gateways
     * @param dials how many its gateway may have
     * @param loop on which everything happens
     * @param destination whose resource is dialled
     * @param tls protects the way, or not
     * @param alpn the protocol that the resource is offered in TLS; empty: none
     * @param access says whether it may be
     * @param outcome is told
     */
    Dial(
            Surroundings surroundings,
            Share dials,
            EventLoop loop,
            Destination destination,
            TlsLeg tls,
            String alpn,
            AccessPolicy access,
            Outcome outcome) {
        this.surroundings = surroundings;
        this.dials = dials;
        this.loop = loop;
        this.destination = destination;
        this.tls = tls;
        this.alpn = alpn;
        addresses = new AllowedAddresses(surroundings, loop, destination, access);
        this.outcome = outcome;
    }

    /** Begins. */
    void start() {
        OpenReply denial = addresses.denial();
        if (denial != null) {
            refuse(denial);
            return;
        }
        if (!dials.take()) {
            refuse(EgressAcceptor.TOO_MANY);
            return;
        }
        counted = true;
        deadline = loop.schedule(
                this::expired, destination.options().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        addresses.resolve(this::found, this::notFound);
    }

    private void found(List<InetSocketAddress> allowed) {
        if (over) {
            return;
        }
        HappyEyeballs dialling = new HappyEyeballs(surroundings.loops(), loop, allowed, this);
        race = dialling;
        dialling.dial();
    }

    private void notFound(OpenReply reply) {
        if (!over) {
            refuse(reply);
        }
    }

    private void expired() {
        if (!over) {
            State obstacle = shaking == null ? null : tls.obstacle();
            OpenReply reply = new OpenReply(
                    OpenCode.TIMED_OUT,
                    (obstacle == null ? destination.resource() + " did not answer within " : obstacle.cause() + " for ")
                            + destination.options().connectTimeout().toSeconds() + " s");
            cancel();
            outcome.refused(reply);
        }
    }

    @Override
    public void connected(DuplexChannel socket) {
        if (tls.security() == LegSecurity.NONE) {
            end();
            outcome.reached(socket);
            return;
        }
        shaking = socket;
        // a destination that is new may be wanted before its certificates are read
        CompletableFuture<Void> known = tls.known().toCompletableFuture();
        if (known.isDone()) {
            shake(socket);
        } else {
            CompletableFuture<Void> unused = known.thenRun(() -> loop.execute(() -> shake(socket)));
        }
    }

    private void shake(DuplexChannel socket) {
        if (shaking != socket) {
            return;
        }
        SslContext context = tls.context(alpn);
        if (context == null) {
            State obstacle = tls.obstacle();
            shaking = null;
            hangUp(socket);
            // another client may have what this one lacks
            refuse(new OpenReply(OpenCode.INTERNAL, obstacle == null ? "TLS was switched off" : obstacle.cause()));
            return;
        }
        String name = destination.options().resourceTls().serverName();
        HostPort expected = name.isEmpty()
                ? destination.resource()
                : new HostPort(name, destination.resource().port());
        Handshake.connect(socket, context, expected, new Handshake.Outcome() {
            @Override
            public void agreed(Map<String, String> facts) {
                shaking = null;
                end();
                outcome.reached(socket);
            }

            @Override
            public void failed(Throwable cause) {
                if (shaking != null) {
                    shaking = null;
                    hangUp(socket);
                    refuse(new OpenReply(OpenCode.TLS_FAILED, TlsFailure.ofResource(destination, expected, cause)));
                }
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    private static void hangUp(DuplexChannel socket) {
        socket.close();
    }

    @Override
    public void failed(Throwable last) {
        refuse(DialFailure.unreached(destination.resource(), last));
    }

    private void refuse(OpenReply reply) {
        end();
        outcome.refused(reply);
    }

    private void end() {
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (counted) {
            counted = false;
            dials.give();
        }
    }

    /** Stops. */
    void cancel() {
        end();
        if (race != null) {
            race.cancel();
        }
        DuplexChannel half = shaking;
        if (half != null) {
            shaking = null;
            hangUp(half);
        }
    }
}
