// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.service.LimitView;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamAcceptor;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.sallyport.spi.Tunnel;
import org.sallyport.transport.tls.internal.mux.Mux;
import org.sallyport.transport.tls.internal.mux.MuxOwner;
import org.sallyport.transport.tls.internal.mux.MuxStreamChannel;
import org.sallyport.transport.tls.internal.mux.TunnelLimits;
import org.sallyport.transport.tls.internal.mux.WindowLimits;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Open;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tunnel over a connection whose handshake is done. At a client it opens the control stream when it begins; at a server it
 * is handed out when the client has opened it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closes and registrations whose end comes as an event
final class TlsTunnel implements Tunnel, MuxOwner, LiveConnections.Member {
    private static final Logger LOG = LoggerFactory.getLogger(TlsTunnel.class);
    private static final Set<String> FEATURES = Set.of(TunnelProtocol.WINDOW_FEATURE);
    private static final long LAST_WORDS_MILLIS = 1000;

    private final EventLoop loop;
    private final Peer peer;
    private final String transport;
    private final boolean client;
    private final Wear wear;
    private final Consumer<TlsTunnel> arrivals;
    private final Mux mux;
    private final Promise<String> closed;
    private final Promise<Void> gone;
    private final Promise<Void> drained;
    private final Promise<String> worn;
    private final TunnelLimits limits;
    private final WindowLimits windows;
    private volatile List<String> agreed = List.of();
    private volatile @Nullable StreamAcceptor acceptor;
    private volatile @Nullable StreamChannel control;
    private @Nullable Runnable admitted;
    private boolean draining;
    private long drainEnd;
    private @Nullable Future<?> drainTimer;
    private boolean closing;

    private TlsTunnel(
            Channel channel,
            Peer peer,
            TunnelTerms terms,
            String transport,
            boolean client,
            Consumer<TlsTunnel> arrivals) {
        this.loop = channel.eventLoop();
        this.peer = peer;
        this.transport = transport;
        this.client = client;
        wear = terms.wear();
        this.arrivals = arrivals;
        limits = terms.bounds().tunnel();
        windows = terms.bounds().windows();
        mux = new Mux(channel, client, this, limits, windows, terms.bounds().process());
        closed = loop.newPromise();
        gone = loop.newPromise();
        drained = loop.newPromise();
        worn = loop.newPromise();
        ChannelPipeline pipeline = channel.pipeline();
        if (terms.tls().rekeys(pipeline.get(SslHandler.class).engine().getSession())) {
            pipeline.remove(HandlerNames.RECORDS);
        } else {
            pipeline.get(RecordCounter.class).tell(worn::trySuccess);
        }
        pipeline.addLast(HandlerNames.MUX, mux);
    }

    /**
     * The client's end; on the event loop, once bytes may be sent.
     *
     * @param transport kinds of socket and of TLS, and the way taken, for people
     */
    static TlsTunnel atClient(Channel channel, Peer peer, TunnelTerms terms, String transport) {
        TlsTunnel tunnel = new TlsTunnel(channel, peer, terms, transport, true, none -> {});
        tunnel.control = tunnel.mux.openRaw(tunnel.new ControlWatch());
        tunnel.mux.skipIds(terms.wear().firstId());
        return tunnel;
    }

    /**
     * The server's end; on the event loop, once bytes may be sent.
     *
     * @param transport kinds of socket and of TLS, and the way taken, for people
     * @param arrivals gets the tunnel when the client has opened the control stream
     * @param admitted runs when a role lets the other end open streams
     */
    static TlsTunnel atServer(
            Channel channel,
            Peer peer,
            TunnelTerms terms,
            String transport,
            Consumer<TlsTunnel> arrivals,
            Runnable admitted) {
        TlsTunnel tunnel = new TlsTunnel(channel, peer, terms, transport, false, arrivals);
        tunnel.admitted = admitted;
        tunnel.mux.skipIds(terms.wear().firstId());
        return tunnel;
    }

    // ------------------------------------------------------------------ Tunnel

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Stats stats() {
        return new Stats(
                mux.rttNanos(),
                mux.openStreams(),
                mux.sentBytes(),
                mux.receivedBytes(),
                mux.grownWindows(),
                mux.heldBytes());
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public List<LimitView> limits() {
        return List.of(
                LimitView.count("tunnel.streams", limits.streams(), (long) mux.openStreams()),
                LimitView.count("tunnel.opens", limits.opens(), (long) mux.unanswered()),
                LimitView.time("tunnel.quiet", limits.quiet()),
                LimitView.time("tunnel.dead", limits.dead()),
                LimitView.bytes("window.most", windows.most(), null),
                LimitView.bytes("window.tunnel", windows.tunnel(), mux.grownWindows()));
    }

    @Override
    public Set<String> features() {
        return FEATURES;
    }

    @Override
    public void agree(Collection<String> theirs) {
        agreed = FEATURES.stream().filter(theirs::contains).sorted().toList();
        if (theirs.contains(TunnelProtocol.WINDOW_FEATURE)) {
            onLoop(mux::agreeWindows);
        }
    }

    @Override
    public List<String> agreed() {
        return agreed;
    }

    @Override
    public StreamChannel control() {
        StreamChannel stream = control;
        if (stream == null) {
            throw new IllegalStateException("the control stream is asked for before the tunnel was handed out");
        }
        return stream;
    }

    @Override
    public void admit(StreamAcceptor taker) {
        acceptor = taker;
        onLoop(() -> {
            Runnable task = admitted;
            if (task != null) {
                admitted = null;
                task.run();
            }
        });
    }

    @Override
    public StreamChannel open(OpenRequest request, ChannelHandler pipeline) {
        return mux.open(Requests.toWire(request), pipeline);
    }

    @Override
    public boolean usable() {
        return mux.usable();
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        onLoop(() -> {
            if (closing) {
                return;
            }
            endWithin(deadline);
            if (!draining) {
                draining = true;
                mux.goAway();
                endIfIdle();
            }
        });
        return drained;
    }

    /** The earliest deadline counts. */
    private void endWithin(Duration deadline) {
        long end = loop.ticker().nanoTime() + deadline.toNanos();
        Future<?> timer = drainTimer;
        if (timer != null) {
            if (end - drainEnd >= 0) {
                return;
            }
            timer.cancel(false);
        }
        drainEnd = end;
        drainTimer = loop.schedule(
                () -> end("the drain deadline of " + deadline.toSeconds() + " s is over"),
                deadline.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /**
     * Ends a tunnel that drains and carries nothing, once the other end has answered a last PING: by then whatever it opened
     * before it read GO_AWAY was refused in so many words, so that it is tried elsewhere, and all that was sent has arrived.
     */
    private void endIfIdle() {
        if (draining && !closing && mux.openStreams() == 0) {
            mux.ping().addListener(answer -> loop.execute(() -> end("drained")));
        }
    }

    @Override
    public Future<String> worn() {
        return worn;
    }

    @Override
    public void close(String reason) {
        onLoop(() -> end(reason));
    }

    @Override
    public Future<Long> ping() {
        if (loop.inEventLoop()) {
            return mux.ping();
        }
        Promise<Long> answer = loop.newPromise();
        loop.execute(() -> mux.ping().addListener((Future<Long> done) -> {
            if (done.isSuccess()) {
                answer.trySuccess(done.getNow());
            } else {
                answer.tryFailure(done.cause());
            }
        }));
        return answer;
    }

    @Override
    public Future<String> closed() {
        return closed;
    }

    @Override
    public Future<?> gone() {
        return gone;
    }

    @Override
    public String toString() {
        return (client ? "tunnel to " : "tunnel from ") + peer.address();
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /** Resets what is open, says the last words on the control stream, closes. */
    private void end(String reason) {
        if (closing) {
            return;
        }
        closing = true;
        Future<?> timer = drainTimer;
        if (timer != null) {
            timer.cancel(false);
        }
        if (mux.openStreams() > 0) {
            LOG.info("{}: {} open streams are reset: {}", this, mux.openStreams(), reason);
        }
        mux.loseStreams(reason);
        StreamChannel stream = control;
        if (stream == null || !stream.isActive()) {
            mux.close(reason);
            return;
        }
        Runnable last = () -> mux.close(reason);
        stream.shutdownOutput().addListener(done -> last.run());
        loop.schedule(last, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS);
    }

    // ------------------------------------------------------------------ MuxOwner

    @Override
    public Welcome welcome(int streamId) {
        opens(streamId);
        if (!client && streamId == TunnelProtocol.CONTROL_STREAM_ID) {
            return Welcome.RAW;
        }
        return acceptor == null || draining || closing ? Welcome.REFUSE : Welcome.REQUEST;
    }

    @Override
    public void opens(int streamId) {
        if (Integer.toUnsignedLong(streamId) > wear.lastId() && !worn.isDone()) {
            worn.trySuccess("its stream IDs come to an end: " + Integer.toUnsignedString(streamId) + " is used");
        }
    }

    @Override
    public void opened(MuxStreamChannel stream) {
        control = stream;
        stream.pipeline().addLast(new ControlWatch());
        arrivals.accept(this);
    }

    @Override
    public void requested(MuxStreamChannel stream, Open open) {
        StreamAcceptor taker = acceptor;
        OpenRequest request;
        try {
            request = Requests.fromWire(open);
        } catch (IllegalArgumentException malformed) {
            stream.reply(new OpenReply(OpenCode.UNKNOWN_DESTINATION, String.valueOf(malformed.getMessage())));
            return;
        }
        if (taker == null) {
            stream.reply(new OpenReply(OpenCode.INTERNAL, "this end accepts no streams yet"));
            return;
        }
        taker.accept(stream, request);
    }

    @Override
    public void goneAway() {
        LOG.debug("{}: the other end drains", this);
    }

    @Override
    public void ended(MuxStreamChannel stream) {
        endIfIdle();
    }

    @Override
    public void closed(String reason) {
        LOG.debug("{}: closed: {}", this, reason);
        closed.trySuccess(reason);
        drained.trySuccess(null);
    }

    @Override
    public void over() {
        gone.trySuccess(null);
    }

    /** The end of the control stream is the end of the tunnel; the role's handlers hear of it first. */
    private final class ControlWatch extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(false);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            context.fireUserEventTriggered(event);
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                end("the other end ended the tunnel" + (draining ? " while it drained" : ""));
            }
        }

        /** A reset ends it like anything else: that it is inactive is all that a role has to know. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof StreamResetException)) {
                context.fireExceptionCaught(cause);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            context.fireChannelInactive();
            end("the control stream was closed");
        }
    }
}
