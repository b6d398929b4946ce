// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.tls.Handshake;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to a resource: the policy on its name, its addresses, the policy on each of them, and a connection to one that is
 * allowed; all within the destination's connect timeout. On one event loop.
 */
final class Dial implements HappyEyeballs.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

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
    private final AccessPolicy access;
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
        this.access = access;
        this.outcome = outcome;
    }

    /** Begins. */
    void start() {
        HostPort resource = destination.resource();
        Verdict verdict = check(null);
        if (verdict instanceof Verdict.Denied denied) {
            refuse(denied(denied));
            return;
        }
        if (!dials.take()) {
            refuse(EgressAcceptor.TOO_MANY);
            return;
        }
        counted = true;
        deadline = loop.schedule(
                this::expired, destination.options().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        surroundings.names().resolve(resource.host(), loop).addListener(this::resolved);
    }

    /** A policy that is missing or fails allows nothing. */
    private Verdict check(@Nullable InetAddress address) {
        HostPort resource = destination.resource();
        try {
            return access.check(resource.host(), resource.port(), address);
        } catch (RuntimeException e) {
            LOG.error("destination {}: the access policy failed, so {} is not dialled", destination.id(), resource, e);
            return new Verdict.Denied(Verdict.Source.POLICY, "the access policy failed at the end that dials");
        }
    }

    private void resolved(Future<? super List<InetAddress>> answer) {
        if (over) {
            return;
        }
        HostPort resource = destination.resource();
        if (!answer.isSuccess()) {
            refuse(DialFailure.unresolved(resource, answer.cause()));
            return;
        }
        @SuppressWarnings("unchecked") // what was asked for
        List<InetAddress> addresses = (List<InetAddress>) answer.getNow();
        List<InetSocketAddress> allowed = new ArrayList<>(addresses.size());
        Verdict.Denied denial = null;
        for (InetAddress address : AddressOrder.interleave(addresses)) {
            Verdict verdict = check(address);
            if (verdict instanceof Verdict.Denied denied) {
                denial = denied;
            } else {
                allowed.add(new InetSocketAddress(address, resource.port()));
            }
        }
        if (allowed.isEmpty()) {
            refuse(
                    denial == null
                            ? new OpenReply(OpenCode.NOT_RESOLVED, "name " + resource.host() + " has no address")
                            : denied(denial));
            return;
        }
        HappyEyeballs dialling = new HappyEyeballs(surroundings.loops(), loop, allowed, this);
        race = dialling;
        dialling.dial();
    }

    /** {@return the answer to an open that is denied} */
    static OpenReply denied(Verdict.Denied denied) {
        OpenCode code = denied.source() == Verdict.Source.CEILING ? OpenCode.CEILING_DENIED : OpenCode.DENIED;
        return new OpenReply(code, denied.reason());
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
