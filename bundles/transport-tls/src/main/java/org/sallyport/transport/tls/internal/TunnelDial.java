// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OutboundProxy;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.proxy.ProxyException;
import org.sallyport.spi.proxy.ProxyPassage;
import org.sallyport.spi.proxy.ProxyTalk;
import org.sallyport.transport.tls.internal.proxy.Route;
import org.sallyport.transport.tls.internal.proxy.Routes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a client to reach its server: the ways there are found, directly or through an outbound proxy, and tried in
 * turn; one deadline covers all. State belongs to the event loop that was chosen for it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closes and registrations whose end comes as an event
final class TunnelDial implements LiveConnections.Member {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelDial.class);

    private final Surroundings surroundings;
    private final Routes routes;
    private final TunnelTarget target;
    private final SslContext tls;
    private final LoopPlaces.Place place;
    private final EventLoop loop;
    private final Promise<Tunnel> result;
    private final Promise<Void> gone;
    private final long end;
    private @Nullable Channel current;

    /** Whom this waits for, for when nothing comes. */
    private String silent;

    private TunnelDial(Surroundings surroundings, Routes routes, TunnelTarget target) throws SSLException {
        this.surroundings = surroundings;
        this.routes = routes;
        this.target = target;
        tls = surroundings.terms().tls().client(target.identity(), new PinnedTrust(target.serverName(), target.pins()));
        place = surroundings.places().take();
        loop = place.loop();
        result = loop.newPromise();
        gone = loop.newPromise();
        end = System.nanoTime() + target.timeout().toNanos();
        OutboundProxy proxy = target.proxy();
        silent = proxy == null
                ? target.address().toString()
                : "the " + proxy.address().words();
    }

    static Future<Tunnel> start(Surroundings surroundings, Routes routes, Executor resolver, TunnelTarget target) {
        try {
            TunnelDial dial = new TunnelDial(surroundings, routes, target);
            dial.begin(resolver);
            return dial.result;
        } catch (SSLException wrong) {
            return surroundings
                    .loops()
                    .next()
                    .newFailedFuture(
                            new IOException("the client's own key cannot be used: " + wrong.getMessage(), wrong));
        }
    }

    private void begin(Executor resolver) {
        Future<?> deadline = loop.schedule(
                () -> result.tryFailure(new IOException(
                        silent + " did not answer within " + target.timeout().toSeconds() + " s")),
                target.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        result.addListener(done -> {
            deadline.cancel(false);
            if (done.isSuccess()) {
                result.getNow().closed().addListener(closed -> place.giveBack());
                gone.trySuccess(null);
                return;
            }
            place.giveBack();
            Channel connection = current;
            if (connection == null) {
                gone.trySuccess(null);
            } else {
                connection.closeFuture().addListener(closed -> gone.trySuccess(null));
                connection.close();
            }
        });
        surroundings.live().add(this);
        try {
            resolver.execute(this::resolve);
        } catch (RejectedExecutionException stopped) {
            result.tryFailure(new IOException("the transport stops", stopped));
        }
    }

    @Override
    public void close(String reason) {
        result.tryFailure(new IOException(reason));
    }

    @Override
    public Future<?> gone() {
        return gone;
    }

    /** Asks the system and reads files, which may block: on a thread of its own. */
    private void resolve() {
        try {
            List<Route> found = routes.to(target);
            loop.execute(() -> tryNext(found, null));
        } catch (IOException none) {
            result.tryFailure(none);
        } catch (RuntimeException wrong) {
            result.tryFailure(new IOException("no way to it was found: " + wrong, wrong));
        }
    }

    private void tryNext(List<Route> found, @Nullable IOException last) {
        if (result.isDone()) {
            return;
        }
        if (found.isEmpty()) {
            result.tryFailure(
                    last == null ? new UnknownHostException(target.address().host()) : last);
            return;
        }
        Route route = found.get(0);
        List<Route> others = found.subList(1, found.size());
        DuplexChannel connection;
        try {
            connection = surroundings.loops().socket();
        } catch (RuntimeException e) {
            // out of file descriptors
            result.tryFailure(explain(e));
            return;
        }
        current = connection;
        Sockets.prepare(connection);
        if (!others.isEmpty()) {
            // so that an address from which nothing comes leaves time for the others
            long share = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()) / found.size();
            connection.config().setConnectTimeoutMillis((int) Math.max(1, share));
        }
        OutboundProxy proxy = target.proxy();
        ProxyTalk talk = route.talk();
        Consumer<Throwable> unconnected = proxy == null || talk == null
                ? directly(connection, route, others)
                : through(proxy.address().words(), talk, connection, route, others);
        // in one turn: between a registration and a later connect, epoll may report the unconnected socket as hung up
        loop.register(connection);
        connection.connect(route.address()).addListener(done -> {
            if (done.isSuccess()) {
                Sockets.limitUnsent(surroundings.loops(), connection);
            } else {
                unconnected.accept(done.cause());
                connection.close();
            }
        });
    }

    /** Prepares a connection to the server. {@return whom to tell when there is none} */
    private Consumer<Throwable> directly(Channel connection, Route route, List<Route> others) {
        Handshake handshake = new Handshake(
                (context, peer) -> reached(connection, peer), cause -> failedAt(route, explain(cause), others));
        shakeHands(connection, handshake);
        return handshake::unconnected;
    }

    /** Prepares a connection to a proxy. {@return whom to tell when there is none} */
    private Consumer<Throwable> through(
            String proxy, ProxyTalk talk, Channel connection, Route route, List<Route> others) {
        Handshake handshake = new Handshake(
                (context, peer) -> reached(connection, peer),
                cause -> failedAt(
                        route,
                        new IOException(explain(cause).getMessage() + "; through the " + proxy, cause),
                        route.elsewhere(others)));
        Runnable passed = () -> {
            silent = target.address() + ", through the " + proxy + ",";
            shakeHands(connection, handshake);
        };
        Consumer<ProxyException> failed =
                cause -> failedAt(route, cause, cause.answered() ? route.elsewhere(others) : others);
        connection.pipeline().addLast(HandlerNames.PROXY, new ProxyPassage(proxy, talk, passed, failed));
        return cause -> failedAt(
                route,
                ProxyException.absent("the " + proxy + ": " + explain(cause).getMessage(), cause),
                others);
    }

    /** Adds what shakes hands; a connection that is up begins at once, so that who waits for the end has to be there. */
    private void shakeHands(Channel connection, Handshake handshake) {
        SslHandler handler = tls.newHandler(
                connection.alloc(), target.serverName(), target.address().port());
        handler.setHandshakeTimeout(target.timeout().toMillis(), TimeUnit.MILLISECONDS);
        handler.setWrapDataSize(0);
        connection
                .pipeline()
                .addLast(
                        HandlerNames.RECORDS,
                        new RecordCounter(surroundings.terms().wear()))
                .addLast(HandlerNames.HANDSHAKE, handshake)
                .addBefore(HandlerNames.HANDSHAKE, HandlerNames.TLS, handler);
    }

    private void failedAt(Route route, IOException cause, List<Route> others) {
        LOG.debug("{}: no tunnel, {}", route.address(), cause.toString());
        loop.execute(() -> tryNext(others, cause));
    }

    private void reached(Channel connection, Tunnel.Peer peer) {
        if (result.isDone()) {
            connection.close();
            return;
        }
        OutboundProxy proxy = target.proxy();
        TunnelTerms terms = surroundings.terms();
        String transport = surroundings.transport();
        TlsTunnel tunnel = proxy == null
                ? TlsTunnel.atClient(connection, peer, terms, transport)
                : TlsTunnel.atClient(
                        connection,
                        new Tunnel.Peer(
                                InetSocketAddress.createUnresolved(
                                        target.address().host(),
                                        target.address().port()),
                                peer.keyFingerprint(),
                                peer.tls()),
                        terms,
                        transport + ", via " + proxy.address().words());
        surroundings.live().add(tunnel);
        if (!result.trySuccess(tunnel)) {
            tunnel.close("nobody waits for it any more");
        }
    }

    /** What an operator can act on; whoever asked for the tunnel says of which server. */
    private static IOException explain(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof PinnedTrust.UntrustedServerException untrusted) {
                return new IOException(untrusted.getMessage(), cause);
            }
        }
        if (cause instanceof SSLException
                || cause instanceof Handshake.NotSallyportException
                || cause instanceof ClosedChannelException) {
            String what = cause.getMessage();
            return new IOException(
                    "it is not a Sallyport server, or a TLS-inspecting proxy is between: "
                            + (what == null ? "the connection was closed during the TLS handshake" : what),
                    cause);
        }
        String message = String.valueOf(cause.getMessage());
        if (message.contains("refused")) {
            return new IOException("it refused the connection", cause);
        }
        return new IOException(
                cause instanceof ConnectTimeoutException || message.contains("timed out")
                        ? "it did not answer"
                        : "it cannot be reached: " + message,
                cause);
    }
}
