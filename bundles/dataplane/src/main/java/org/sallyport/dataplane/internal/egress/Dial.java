// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.ProxyProtocol;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.header.HeaderWriter;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.dataplane.internal.tls.Handshake;
import org.sallyport.dataplane.internal.tls.TlsFailure;
import org.sallyport.dataplane.internal.tls.TlsLeg;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.proxy.ProxyPassage;

/**
 * The way to a resource: the policy on its name, its addresses, the policy on each of them, and a connection to one that is
 * allowed. On that connection come, each where it is wished for: what a SOCKS proxy has to be told, the header that tells the
 * resource where the application is, and TLS. All within the destination's connect timeout. On one event loop.
 *
 * <p>The policy is asked about a proxy as about a resource, and about the resource all the same.
 */
final class Dial implements HappyEyeballs.Outcome {
    /** What came of it; told once, or never after {@link #cancel}. */
    interface Outcome {
        /**
         * The resource is connected.
         *
         * @param socket with reading off and nothing in its pipeline that stays, or TLS that is agreed on
         * @param address of the resource, which the policy allowed; null where a proxy resolved its name
         */
        void reached(DuplexChannel socket, @Nullable InetAddress address);

        /** It is not. */
        void refused(OpenReply reply);
    }

    private final Surroundings surroundings;
    private final Share dials;
    private final EventLoop loop;
    private final Destination destination;
    private final TlsLeg tls;
    private final Caller caller;
    private final Access access;
    private final AllowedAddresses addresses;
    private final Access proxyAccess;
    private final AllowedAddresses proxyAddresses;
    private final Outcome outcome;
    private final DialObserver observer;
    private @Nullable Passage passage;
    private @Nullable HappyEyeballs race;
    private java.util.concurrent.@Nullable Future<?> deadline;
    /** Connected, but not to the end. */
    private @Nullable DuplexChannel half;
    /** Of the resource; null where a proxy resolves its name. */
    private @Nullable InetAddress address;
    /** Whether the connection leads to the resource by now. */
    private boolean through;

    private boolean counted;
    private boolean over;

    /**
     * @param surroundings of all gateways
     * @param dials how many its gateway may have
     * @param loop on which everything happens
     * @param destination whose resource is dialled
     * @param tls protects the way, or not
     * @param caller for whom
     * @param access says whether it may be
     * @param proxyAccess says whether a proxy on the way may be; nobody judges what it is told, so no place is one of which only
     *     some requests are allowed
     * @param outcome is told
     * @param observer hears how far it has come
     */
    Dial(
            Surroundings surroundings,
            Share dials,
            EventLoop loop,
            Destination destination,
            TlsLeg tls,
            Caller caller,
            AccessPolicy access,
            AccessPolicy proxyAccess,
            Outcome outcome,
            DialObserver observer) {
        this.surroundings = surroundings;
        this.dials = dials;
        this.loop = loop;
        this.destination = destination;
        this.tls = tls;
        this.caller = caller;
        this.access = new Access(access, destination.id());
        this.proxyAccess = new Access(proxyAccess, destination.id());
        addresses = new AllowedAddresses(surroundings.names(), loop, this.access, observer);
        proxyAddresses = new AllowedAddresses(surroundings.names(), loop, this.proxyAccess, observer);
        this.outcome = outcome;
        this.observer = observer;
    }

    /** Begins. */
    void start() {
        HostPort resource = destination.resource();
        ProxyAddress proxy = destination.options().resourceProxy();
        boolean unresolved = destination.proxyResolves();
        OpenReply denial = unresolved ? access.denialUnresolved(resource) : access.denial(resource);
        if (denial != null) {
            refuse(denial);
            return;
        }
        observer.allowed(resource);
        if (!dials.take()) {
            refuse(EgressAcceptor.TOO_MANY);
            return;
        }
        counted = true;
        deadline = loop.schedule(
                this::expired, destination.options().connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
        if (proxy == null) {
            lookUp(addresses, resource, this::race);
        } else if (unresolved) {
            toProxy(Passage.named(proxy, resource));
        } else {
            lookUp(addresses, resource, allowed -> toProxy(proxy, allowed));
        }
    }

    // ------------------------------------------------------------------ names and policy

    /** What is done with addresses that may be dialled. */
    private interface Next {
        /** There is one at least. */
        void go(List<InetSocketAddress> allowed);
    }

    private void lookUp(AllowedAddresses among, HostPort place, Next next) {
        among.of(
                place,
                found -> {
                    if (!over) {
                        next.go(found);
                    }
                },
                reply -> {
                    if (!over) {
                        refuse(reply);
                    }
                });
    }

    private void toProxy(ProxyAddress proxy, List<InetSocketAddress> resource) {
        Passage found = Passage.to(proxy, resource);
        if (found == null) {
            refuse(new OpenReply(
                    OpenCode.NOT_RESOLVED,
                    "the " + proxy.words() + " carries IPv4 only, and "
                            + destination.resource().host() + " has no IPv4 address here: expected a socks5 proxy"));
        } else {
            toProxy(found);
        }
    }

    private void toProxy(Passage wanted) {
        HostPort place = wanted.proxy().address();
        OpenReply denial = proxyAccess.denial(place);
        if (denial == null) {
            passage = wanted;
            observer.allowed(place);
            lookUp(proxyAddresses, place, this::race);
        } else {
            refuse(denial);
        }
    }

    private void race(List<InetSocketAddress> addresses) {
        HappyEyeballs dialling = new HappyEyeballs(surroundings.loops(), loop, addresses, this);
        race = dialling;
        dialling.dial();
    }

    // ------------------------------------------------------------------ on the connection

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // reading is no promise
    public void connected(DuplexChannel socket, InetAddress dialled) {
        half = socket;
        observer.connected(socket);
        Passage wanted = passage;
        address = wanted == null ? dialled : wanted.address();
        if (wanted == null) {
            introduce(socket);
            return;
        }
        socket.pipeline()
                .addLast(new ProxyPassage(
                        wanted.proxy().words(),
                        wanted.talk(),
                        () -> introduce(socket),
                        failure -> hangUp(
                                socket,
                                new OpenReply(OpenCode.CONNECTION_REFUSED, String.valueOf(failure.getMessage())))));
        socket.read();
    }

    /** The connection leads to the resource: tells it whose it is. */
    private void introduce(DuplexChannel socket) {
        if (half != socket) {
            return;
        }
        through = true;
        observer.through();
        ProxyProtocol header = destination.options().sourceHeaders().sent();
        if (header != ProxyProtocol.NONE) {
            ChannelFuture written = socket.writeAndFlush(HeaderWriter.write(header, caller.ends()));
            // a few bytes on a new connection are written at once, or never
            if (written.cause() != null) {
                hangUp(socket, DialFailure.unreached(destination.resource(), written.cause()));
                return;
            }
        }
        protect(socket);
    }

    private void protect(DuplexChannel socket) {
        if (tls.security() == LegSecurity.NONE) {
            reached(socket);
            return;
        }
        // a destination that is new may be wanted before its certificates are read
        CompletableFuture<Void> known = tls.known().toCompletableFuture();
        if (known.isDone()) {
            shake(socket);
        } else {
            CompletableFuture<Void> unused = known.thenRun(() -> loop.execute(() -> shake(socket)));
        }
    }

    private void shake(DuplexChannel socket) {
        if (half != socket) {
            return;
        }
        SslContext context = tls.context(caller.alpn());
        if (context == null) {
            State obstacle = tls.obstacle();
            // another client may have what this one lacks
            hangUp(
                    socket,
                    new OpenReply(OpenCode.INTERNAL, obstacle == null ? "TLS was switched off" : obstacle.cause()));
            return;
        }
        Handshake.connect(socket, context, Handshake.expected(destination), new Handshake.Outcome() {
            @Override
            public void agreed(Map<String, String> facts) {
                reached(socket);
            }

            @Override
            public void failed(Throwable cause) {
                observer.unprotected(cause);
                hangUp(socket, new OpenReply(OpenCode.TLS_FAILED, TlsFailure.ofResource(destination, cause)));
            }
        });
    }

    // ------------------------------------------------------------------ the outcome

    private void reached(DuplexChannel socket) {
        half = null;
        end();
        outcome.reached(socket, address);
    }

    private void hangUp(DuplexChannel socket, OpenReply reply) {
        if (half == socket) {
            half = null;
            close(socket);
            refuse(reply);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    private static void close(DuplexChannel socket) {
        socket.close();
    }

    @Override
    public void failed(Throwable last) {
        Passage wanted = passage;
        refuse(
                wanted == null
                        ? DialFailure.unreached(destination.resource(), last)
                        : DialFailure.unreached("the " + wanted.proxy().words(), last));
    }

    private void expired() {
        if (!over) {
            OpenReply reply = new OpenReply(
                    OpenCode.TIMED_OUT,
                    silence() + destination.options().connectTimeout().toSeconds() + " s");
            cancel();
            outcome.refused(reply);
        }
    }

    private String silence() {
        Passage wanted = passage;
        if (race == null) {
            HostPort place =
                    wanted == null ? destination.resource() : wanted.proxy().address();
            return "name " + place.host() + " was not resolved within ";
        }
        if (wanted != null && !through) {
            return "the " + wanted.proxy().words()
                    + (half == null
                            ? " did not answer within "
                            : " did not connect to " + wanted.resource() + " within ");
        }
        State obstacle = half == null ? null : tls.obstacle();
        return obstacle == null ? destination.resource() + " did not answer within " : obstacle.cause() + " for ";
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
        DuplexChannel unfinished = half;
        if (unfinished != null) {
            half = null;
            close(unfinished);
        }
    }
}
