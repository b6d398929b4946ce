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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a client to reach its server: the name is resolved, its addresses are tried in turn, one deadline covers
 * all. State belongs to the event loop that was chosen for it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closes and registrations whose end comes as an event
final class TunnelDial {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelDial.class);

    private final EventLoops loops;
    private final TunnelTerms terms;
    private final LiveTunnels live;
    private final TunnelTarget target;
    private final EventLoop loop;
    private final Promise<Tunnel> result;
    private final SslContext tls;
    private @Nullable Channel current;

    private TunnelDial(EventLoops loops, TunnelTerms terms, LiveTunnels live, TunnelTarget target) throws SSLException {
        this.loops = loops;
        this.terms = terms;
        this.live = live;
        this.target = target;
        loop = loops.next();
        result = loop.newPromise();
        tls = terms.tls().client(target.identity(), new PinnedTrust(target.serverName(), target.pins()));
    }

    static Future<Tunnel> start(
            EventLoops loops, TunnelTerms terms, LiveTunnels live, Executor resolver, TunnelTarget target) {
        if (target.proxy() != null) {
            return loops.next().newFailedFuture(new IOException("outbound proxies are not supported by this version"));
        }
        try {
            TunnelDial dial = new TunnelDial(loops, terms, live, target);
            dial.begin(resolver);
            return dial.result;
        } catch (SSLException wrong) {
            return loops.next()
                    .newFailedFuture(
                            new IOException("the client's own key cannot be used: " + wrong.getMessage(), wrong));
        }
    }

    private void begin(Executor resolver) {
        Future<?> deadline = loop.schedule(
                () -> result.tryFailure(new IOException(target.address() + " did not answer within "
                        + target.timeout().toSeconds() + " s")),
                target.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        result.addListener(done -> {
            deadline.cancel(false);
            Channel connection = current;
            if (!done.isSuccess() && connection != null) {
                connection.close();
            }
        });
        try {
            resolver.execute(this::resolve);
        } catch (RejectedExecutionException stopped) {
            result.tryFailure(new IOException("the transport stops", stopped));
        }
    }

    /** Asks the system, which may block: on a thread of its own. */
    private void resolve() {
        try {
            List<InetAddress> addresses =
                    List.of(InetAddress.getAllByName(target.address().host()));
            loop.execute(() -> tryNext(addresses.iterator(), null));
        } catch (UnknownHostException unknown) {
            result.tryFailure(new IOException("the name " + target.address().host() + " is not known here", unknown));
        }
    }

    private void tryNext(Iterator<InetAddress> addresses, @Nullable Throwable last) {
        if (result.isDone()) {
            return;
        }
        if (!addresses.hasNext()) {
            fail(last == null ? new UnknownHostException(target.address().host()) : last);
            return;
        }
        InetSocketAddress address =
                new InetSocketAddress(addresses.next(), target.address().port());
        DuplexChannel connection;
        try {
            connection = loops.socket();
        } catch (RuntimeException e) {
            // out of file descriptors
            fail(e);
            return;
        }
        current = connection;
        Sockets.prepare(connection);
        SslHandler handler = tls.newHandler(
                connection.alloc(), target.serverName(), target.address().port());
        handler.setHandshakeTimeout(target.timeout().toMillis(), TimeUnit.MILLISECONDS);
        handler.setWrapDataSize(0);
        Handshake handshake = new Handshake(
                (context, peer) -> reached(connection, peer), cause -> failedAt(address, cause, addresses));
        connection
                .pipeline()
                .addLast(HandlerNames.RECORDS, new RecordCounter(terms.wear()))
                .addLast(HandlerNames.TLS, handler)
                .addLast(HandlerNames.HANDSHAKE, handshake);
        // in one turn: between a registration and a later connect, epoll may report the unconnected socket as hung up
        loop.register(connection);
        connection.connect(address).addListener(done -> {
            if (done.isSuccess()) {
                Sockets.limitUnsent(loops, connection);
            } else {
                handshake.unconnected(done.cause());
            }
        });
    }

    private void failedAt(InetSocketAddress address, Throwable cause, Iterator<InetAddress> addresses) {
        LOG.debug("{}: no tunnel, {}", address, cause.toString());
        loop.execute(() -> tryNext(addresses, cause));
    }

    private void reached(Channel connection, Tunnel.Peer peer) {
        if (result.isDone()) {
            connection.close();
            return;
        }
        TlsTunnel tunnel = TlsTunnel.atClient(connection, peer, terms, loops.kind());
        live.add(tunnel);
        if (!result.trySuccess(tunnel)) {
            tunnel.close("nobody waits for it any more");
        }
    }

    private void fail(Throwable cause) {
        result.tryFailure(explain(cause));
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
            return new IOException(
                    "it is not a Sallyport server, or a TLS-inspecting proxy is between: " + cause.getMessage(), cause);
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
