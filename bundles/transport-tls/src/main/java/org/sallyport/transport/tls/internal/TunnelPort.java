// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tunnel port: takes connections, lets them shake hands within bounds, and hands tunnels out. */
@SuppressWarnings("FutureReturnValueIgnored") // closes and registrations whose end comes as an event
final class TunnelPort extends ChannelInboundHandlerAdapter implements TunnelListener {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelPort.class);
    private static final int BACKLOG = 1024;
    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Surroundings surroundings;
    private final ArrivalGate gate;
    private final Consumer<Tunnel> arrivals;
    private final ServerChannel channel;
    private volatile SslContext tls;

    // of those that were closed for their number: how many were not told of, and when some were last; on the loop that
    // accepts
    private int untold;
    private boolean told;
    private long lineAt;

    private TunnelPort(
            Surroundings surroundings,
            ArrivalGate gate,
            KeyMaterial identity,
            Consumer<Tunnel> arrivals,
            ServerChannel channel)
            throws SSLException {
        this.surroundings = surroundings;
        this.gate = gate;
        this.arrivals = arrivals;
        this.channel = channel;
        tls = surroundings.terms().tls().server(identity);
    }

    static Future<TunnelListener> bind(
            Surroundings surroundings,
            ArrivalGate gate,
            InetSocketAddress address,
            KeyMaterial identity,
            Consumer<Tunnel> arrivals) {
        EventLoop loop = surroundings.loops().next();
        Promise<TunnelListener> bound = loop.newPromise();
        ServerChannel channel;
        try {
            channel = surroundings.loops().serverSocket();
        } catch (RuntimeException e) {
            // out of file descriptors
            return bound.setFailure(unopened(address, e));
        }
        try {
            TunnelPort port = new TunnelPort(surroundings, gate, identity, arrivals, channel);
            channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
            channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
            channel.pipeline().addLast(port);
            loop.execute(() -> {
                loop.register(channel);
                channel.bind(address).addListener(done -> {
                    if (done.isSuccess()) {
                        bound.trySuccess(port);
                    } else {
                        channel.close();
                        bound.tryFailure(unopened(address, done.cause()));
                    }
                });
            });
        } catch (SSLException wrong) {
            channel.unsafe().closeForcibly();
            bound.tryFailure(new IOException("the tunnel certificate cannot be used: " + wrong.getMessage(), wrong));
        }
        return bound;
    }

    private static IOException unopened(InetSocketAddress address, Throwable cause) {
        return new IOException("tunnel port " + address + " cannot be opened: " + cause.getMessage(), cause);
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public void identity(KeyMaterial identity) {
        try {
            tls = surroundings.terms().tls().server(identity);
        } catch (SSLException wrong) {
            throw new IllegalArgumentException("the tunnel certificate cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    @Override
    public Future<Void> close() {
        return channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel arrived = (Channel) message;
        if (!(arrived.remoteAddress() instanceof InetSocketAddress source)) {
            // it is gone already
            arrived.unsafe().closeForcibly();
            return;
        }
        Strangers now = surroundings.terms().bounds().strangers();
        InetAddress host = source.getAddress();
        ArrivalGate.Verdict verdict = gate.enter(host, arrived);
        if (!(verdict instanceof ArrivalGate.Verdict.Entered entered)) {
            tell(host, "attach.total = " + now.total());
            arrived.unsafe().closeForcibly();
            return;
        }
        Channel displaced = entered.displaced();
        if (displaced != null) {
            tell(host, "attach.source = " + now.perSource());
            displaced.close();
        }
        begin(arrived, host, now.patienceMillis());
    }

    /** Where one is closed for its number there are many: one line in a while, with how many they were. */
    private void tell(InetAddress source, String limit) {
        untold++;
        long now = channel.eventLoop().ticker().nanoTime();
        if (!told || now - lineAt >= LINE_NANOS) {
            LOG.warn(
                    "{}: {} connections that were not attached yet were closed, at last one from {}: more than {} at once",
                    channel.localAddress(),
                    untold,
                    source.getHostAddress(),
                    limit);
            told = true;
            lineAt = now;
            untold = 0;
        }
    }

    private void begin(Channel arrived, InetAddress host, long patienceMillis) {
        LoopPlaces.Place place = surroundings.places().take();
        EventLoop loop = place.loop();
        Future<?> deadline = loop.schedule(
                () -> {
                    LOG.debug("{}: closed, not attached within {} ms", arrived, patienceMillis);
                    arrived.close();
                },
                patienceMillis,
                TimeUnit.MILLISECONDS);
        Runnable admitted = () -> {
            deadline.cancel(false);
            gate.leave(host, arrived);
        };
        Sockets.prepare(arrived);
        Sockets.limitUnsent(surroundings.loops(), arrived);
        Arrival arrival = new Arrival(arrived, loop);
        SslHandler handler = tls.newHandler(arrived.alloc());
        // the deadline of the attach covers the handshake
        handler.setHandshakeTimeout(0, TimeUnit.SECONDS);
        handler.setWrapDataSize(0);
        arrived.pipeline()
                .addLast(HandlerNames.GATE, new FirstBytes())
                .addLast(
                        HandlerNames.RECORDS,
                        new RecordCounter(surroundings.terms().wear()))
                .addLast(HandlerNames.TLS, handler)
                .addLast(
                        HandlerNames.HANDSHAKE,
                        new Handshake(
                                (context, peer) -> arrive(context, peer, arrival, admitted),
                                cause -> LOG.debug("{}: no tunnel, {}", arrived, cause.toString())));
        Runnable gone = () -> {
            admitted.run();
            place.giveBack();
        };
        arrived.closeFuture().addListener(done -> gone.run());
        loop.register(arrived).addListener(done -> {
            if (!done.isSuccess()) {
                gone.run();
            }
        });
        // after the registration, so that what closes it comes after that
        surroundings.live().add(arrival);
    }

    private void arrive(ChannelHandlerContext context, Tunnel.Peer peer, Arrival arrival, Runnable admitted) {
        Channel connection = context.channel();
        connection.pipeline().remove(HandlerNames.GATE);
        connection.pipeline().addLast(HandlerNames.QUOTA, new AttachQuota());
        String transport = surroundings.transport();
        TlsTunnel tunnel =
                TlsTunnel.atServer(connection, peer, surroundings.terms(), transport, arrivals::accept, () -> {
                    admitted.run();
                    if (connection.pipeline().get(HandlerNames.QUOTA) != null) {
                        connection.pipeline().remove(HandlerNames.QUOTA);
                    }
                });
        surroundings.live().add(tunnel);
        arrival.becomesTunnel();
    }

    /** Accepting failed, mostly for lack of file descriptors: waits a second, so that the loop does not spin. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.warn("{}: cannot accept: {}", channel, cause.toString());
        channel.config().setAutoRead(false);
        channel.eventLoop().schedule(() -> channel.config().setAutoRead(true), 1, TimeUnit.SECONDS);
    }
}
