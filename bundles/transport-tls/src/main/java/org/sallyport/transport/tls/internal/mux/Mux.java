// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.control.Open;
import org.sallyport.wire.control.Opened;
import org.sallyport.wire.frame.FrameReader;
import org.sallyport.wire.frame.FrameViolation;
import org.sallyport.wire.frame.GoAwayCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many streams over one connection.
 *
 * <h2>Lifecycle</h2>
 *
 * Added to the connection's pipeline, as its last handler, once bytes may be sent: after the TLS handshake. It ends with the
 * connection; then all its streams are told and closed, and the owner last. Only streams whose end came before, or their reset,
 * have readers that go on, so that they get what was sent to them; nothing waits for those.
 *
 * <h2>Errors</h2>
 *
 * What the peer may not do on a stream resets that stream; what leaves the rest in doubt sends GO_AWAY(1) and closes the
 * connection. Nothing else that a peer does closes it.
 *
 * <h2>Threads</h2>
 *
 * The connection's event loop, except where a method says otherwise.
 */
@SuppressWarnings("FutureReturnValueIgnored") // void promises, and closes whose end comes as an event
public final class Mux extends ChannelInboundHandlerAdapter implements Liveness.Peer {
    private static final Logger LOG = LoggerFactory.getLogger(Mux.class);

    private final Channel channel;
    private final MuxOwner owner;
    private final TunnelLimits limits;
    private final Liveness liveness;
    private final TunnelMemory memory;
    private final StreamTable streams = new StreamTable();
    private final Openings openings;
    private final Acceptances acceptances;
    private final Arrivals arrivals;
    private final Departures departures;

    private boolean goAwaySent;
    private boolean goAwayReceived;
    private boolean closed;
    private boolean ownerTold;
    private boolean over;
    private @Nullable String reason;
    private volatile boolean usable = true;

    /**
     * @param channel the connection
     * @param client whether this end opens the odd streams
     * @param limits of this connection
     * @param windows how far those of its streams may grow
     * @param process what all tunnels of this process hold
     */
    public Mux(
            Channel channel,
            boolean client,
            MuxOwner owner,
            TunnelLimits limits,
            WindowLimits windows,
            ProcessMemory process) {
        this.channel = channel;
        this.limits = limits;
        this.owner = owner;
        liveness = new Liveness(this, channel.eventLoop(), limits.quiet(), limits.dead());
        memory = new TunnelMemory(channel.eventLoop(), liveness, windows, process);
        openings = new Openings(client);
        acceptances = new Acceptances(limits.opens());
        departures = new Departures(channel, openings, memory);
        arrivals = new Arrivals(
                this,
                client ? FrameReader.ofServer() : FrameReader.ofClient(),
                streams,
                openings,
                departures,
                liveness,
                new FloodCounter(channel.eventLoop().ticker()),
                memory);
    }

    Channel channel() {
        return channel;
    }

    TunnelMemory memory() {
        return memory;
    }

    Arrivals arrivals() {
        return arrivals;
    }

    Departures departures() {
        return departures;
    }

    Acceptances acceptances() {
        return acceptances;
    }

    long nanoTime() {
        return channel.eventLoop().ticker().nanoTime();
    }

    // ------------------------------------------------------------------ for the owner

    /**
     * Opens a stream without messages at its head; on any thread.
     *
     * @param pipeline is added to the stream's pipeline first
     * @return the stream, being registered
     */
    public MuxStreamChannel openRaw(ChannelHandler pipeline) {
        return open(StreamHead.none(), pipeline);
    }

    /**
     * Opens a stream that asks for a resource; on any thread.
     *
     * @param pipeline is added to the stream's pipeline first
     * @return the stream, being registered
     */
    public MuxStreamChannel open(Open open, ChannelHandler pipeline) {
        return open(StreamHead.asking(open), pipeline);
    }

    private MuxStreamChannel open(StreamHead head, ChannelHandler pipeline) {
        MuxStreamChannel stream = new MuxStreamChannel(this, 0, head);
        stream.pipeline().addLast(pipeline);
        channel.eventLoop().register(stream);
        return stream;
    }

    /** From now on streams of either end begin with {@link TunnelProtocol#AGREED_WINDOW}: both ends have said that they know. */
    public void agreeWindows() {
        memory.agree();
    }

    /** {@return bytes that windows have beyond what streams begin with; on any thread} */
    public long grownWindows() {
        return memory.grown();
    }

    /** {@return bytes that streams hold; on any thread} */
    public long heldBytes() {
        return memory.held();
    }

    /** {@return how many streams of the peer were not answered yet; on any thread} */
    public int unanswered() {
        return acceptances.unanswered();
    }

    /** {@return how many streams wait until their SYN may leave, or are kept though they do not any more} */
    int unsentOpens() {
        return openings.unsent();
    }

    /** Opens and accepts no more streams; the open ones go on. */
    public void goAway() {
        if (!goAwaySent && departures.possible()) {
            goAwaySent = true;
            usable = false;
            departures.goAway(GoAwayCode.NORMAL);
            openings.takeBack(stream -> lose(stream, "this end opens no more streams"));
            arrivals.endReads();
        }
    }

    /** Goes on with IDs not below a number; gaps are allowed. */
    public void skipIds(long first) {
        openings.skipTo(first);
    }

    /** {@return how many streams are open, the control stream not counted; on any thread} */
    public int openStreams() {
        return streams.carried();
    }

    /** {@return payload bytes sent on data streams; on any thread} */
    public long sentBytes() {
        return departures.sentBytes();
    }

    /** {@return payload bytes received on data streams; on any thread} */
    public long receivedBytes() {
        return arrivals.receivedBytes();
    }

    /** {@return the last measured round trip in nanoseconds, -1 before the first; on any thread} */
    public long rttNanos() {
        return liveness.rttNanos();
    }

    /** Measures the round trip: nanoseconds. */
    public Future<Long> ping() {
        if (!departures.possible()) {
            return channel.eventLoop().newFailedFuture(new ClosedChannelException());
        }
        return liveness.ping();
    }

    /** {@return whether streams may be opened; once false, for ever; on any thread} */
    public boolean usable() {
        return usable;
    }

    /** Ends all streams but the control stream, as if the connection were lost. */
    public void loseStreams(String why) {
        giveReason(why);
        for (MuxStreamChannel stream : streams.snapshot()) {
            if (!stream.isControl()) {
                lose(stream, why);
            }
        }
        arrivals.endReads();
    }

    /** Closes the connection after what has left the streams, but does not wait longer than a second for that. */
    public void close(String why) {
        giveReason(why);
        if (!departures.possible()) {
            channel.close();
            return;
        }
        goAway();
        arrivals.end();
        departures.flushAndEnd();
        cutLater();
    }

    /** Closes the connection in a second if the peer, which has to take the last words, did not by then. */
    private void cutLater() {
        channel.eventLoop().schedule(this::cut, 1, TimeUnit.SECONDS);
    }

    /** Closes the connection at once, past TLS and its last words. */
    private void cut() {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        if (first != null && channel.isOpen()) {
            first.close();
        }
    }

    private void giveReason(String why) {
        usable = false;
        if (reason == null) {
            reason = why;
        }
    }

    // ------------------------------------------------------------------ the connection

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        departures.begin(context);
        liveness.start();
        memory.start();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        lost();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            arrivals.read(in);
        } catch (FrameViolation.OfConnection violation) {
            fail(violation);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        arrivals.readComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        departures.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        giveReason("the connection failed: " + cause.getMessage());
        LOG.debug("{}: closed by a failure", channel, cause);
        context.close();
    }

    /** The peer broke the protocol: says so and closes. */
    private void fail(FrameViolation.OfConnection violation) {
        LOG.info("{}: the other end broke the protocol: {}", channel, violation.getMessage());
        if (reason == null && departures.possible()) {
            giveReason("the other end broke the protocol: " + violation.getMessage());
            goAwaySent = true;
            departures.lastWord(violation.code());
        }
        channel.pipeline().close();
        cutLater();
    }

    private void lost() {
        if (closed) {
            return;
        }
        closed = true;
        arrivals.end();
        departures.end();
        giveReason("the connection was closed by the other end");
        String why = String.valueOf(reason);
        liveness.stop(new ClosedChannelException());
        for (MuxStreamChannel stream : streams.snapshot()) {
            lose(stream, why);
        }
        openings.clear();
        arrivals.endReads();
        // later, so that handlers of the streams hear of it first
        channel.eventLoop().execute(() -> owner.closed(why));
        ownerTold = true;
        endIfOver();
    }

    /** What streams still hold counts until the last of them is closed. */
    private void endIfOver() {
        if (ownerTold && streams.holdsNothing() && !over) {
            over = true;
            memory.stop();
            channel.eventLoop().execute(owner::over);
        }
    }

    private void lose(MuxStreamChannel stream, String why) {
        boolean clean = stream.head() instanceof StreamHead.Asking asking
                && asking.isAwaited()
                && !stream.outbound().payloadSent()
                && !stream.outbound().finSent();
        if (!stream.outbound().opening()) {
            // the peer does not know yet, and what it has sent meanwhile is no breach
            streams.expectForgotten(stream.inbound().credit());
        }
        forget(stream);
        stream.inbound()
                .lose(new StreamResetException(
                        clean ? StreamResetException.Kind.TUNNEL_LOST_CLEAN : StreamResetException.Kind.TUNNEL_LOST,
                        "the tunnel was lost: " + why));
    }

    void sentFin(MuxStreamChannel stream) {
        if (stream.inbound().finReceived()) {
            forget(stream);
        }
        stream.closeIfFinished();
    }

    /** RST left: the stream is over, what the peer still sends on it is skipped. */
    void sentReset(MuxStreamChannel stream) {
        streams.expectForgotten(stream.inbound().credit());
        forget(stream);
        stream.closeNow();
    }

    @Override
    public void sendPing(int opaque) {
        departures.ping(false, opaque);
    }

    @Override
    public void silent(String why) {
        giveReason(why);
        LOG.info("{}: closed, {}", channel, why);
        cut();
    }

    @Override
    public void ticked() {
        memory.tick();
    }

    // ------------------------------------------------------------------ streams

    /** {@return whether there is memory for one more; a tunnel can always be made} */
    private boolean room(int streamId) {
        return streamId == TunnelProtocol.CONTROL_STREAM_ID || !memory.full();
    }

    /** A stream becomes part of this connection; false when there is no place for it. */
    boolean register(MuxStreamChannel stream) {
        if (stream.streamId() == 0) {
            if (!usable || !room(openings.nextId()) || streams.size() >= limits.streams() || !request(stream)) {
                return false;
            }
            openings.add(stream);
            owner.opens(stream.streamId());
            usable = usable && openings.hasIds();
            departures.flushLater();
        }
        streams.add(stream);
        return true;
    }

    private static boolean request(MuxStreamChannel stream) {
        if (stream.head() instanceof StreamHead.Asking asking) {
            try {
                stream.outbound().head(asking.request(stream.alloc()), false);
                stream.outbound().limitEarly(StreamOutbound.MAX_EARLY);
            } catch (ControlViolation tooLong) {
                LOG.warn("{}: cannot be opened: {}", stream, tooLong.getMessage());
                return false;
            }
        }
        return true;
    }

    String whyUnusable() {
        String why = reason;
        if (why != null) {
            return why;
        }
        if (memory.full()) {
            return memory.fullness();
        }
        if (streams.size() >= limits.streams()) {
            return "it has " + streams.size() + " streams, as many as it may";
        }
        return openings.hasIds() ? "it is draining" : "it is out of stream IDs";
    }

    /** The channel of a stream was closed here. */
    void closed(MuxStreamChannel stream) {
        if (stream.wasActive()) {
            streams.channelClosed();
            endIfOver();
        }
        StreamOutbound outbound = stream.outbound();
        if (outbound.ended()) {
            return;
        }
        if (outbound.opening()) {
            forget(stream);
            openings.gaveUp();
        } else if (outbound.finSent() && stream.inbound().finReceived()) {
            forget(stream);
        } else {
            outbound.reset(ResetMode.ABORT);
        }
    }

    /** No frame of the stream is expected or sent any more. */
    void forget(MuxStreamChannel stream) {
        stream.outbound().end();
        if (streams.remove(stream)) {
            acceptances.answered(stream);
            if (!stream.isOpener()) {
                // an ACK that has not left counts no more
                stream.outbound().takeOpeningFlag();
            } else if (!stream.outbound().opening() && !stream.acknowledged()) {
                acknowledged(stream);
            }
            owner.ended(stream);
        }
    }

    /** The peer knows the stream. */
    void acknowledged(MuxStreamChannel stream) {
        openings.acknowledged(stream);
        if (openings.canSend()) {
            departures.flushLater();
        }
    }

    /** The message at a stream's head is complete. */
    void headRead(MuxStreamChannel stream) {
        if (stream.head() instanceof StreamHead.Asked asked) {
            Open open = asked.open();
            if (open != null) {
                request(stream, open);
            }
        } else if (stream.head() instanceof StreamHead.Asking asking) {
            Opened opened = asking.opened();
            if (opened != null) {
                stream.answered(new OpenReply(OpenCode.of(opened.code()), opened.text()));
            }
        }
    }

    /** What an acceptor does wrong costs the stream that it was given, and no other. */
    private void request(MuxStreamChannel stream, Open open) {
        try {
            owner.requested(stream, open);
        } catch (RuntimeException e) {
            LOG.error("{}: reset, whoever accepts streams failed on it", stream, e);
            stream.reset(ResetMode.ABORT);
        }
    }

    /** The peer opens a stream; null when it is to be refused. */
    @Nullable
    MuxStreamChannel accept(int streamId) {
        boolean room = acceptances.room() && streams.size() < limits.streams() && room(streamId);
        MuxOwner.Welcome welcome = goAwaySent || !room ? MuxOwner.Welcome.REFUSE : owner.welcome(streamId);
        if (welcome == MuxOwner.Welcome.REFUSE) {
            return null;
        }
        boolean raw = welcome == MuxOwner.Welcome.RAW;
        MuxStreamChannel stream = new MuxStreamChannel(this, streamId, raw ? StreamHead.none() : StreamHead.asked());
        acceptances.accepted();
        channel.eventLoop().register(stream);
        if (raw) {
            owner.opened(stream);
        } else {
            acceptances.awaitAnswer(stream);
        }
        stream.outbound().wake();
        return stream;
    }

    /** The peer sent GO_AWAY. */
    void peerGoesAway(GoAwayCode code) {
        usable = false;
        if (code != GoAwayCode.NORMAL) {
            giveReason("the other end gave up: " + code);
        }
        if (!goAwayReceived) {
            goAwayReceived = true;
            openings.takeBack(stream -> lose(stream, "the other end takes no more streams"));
            owner.goneAway();
        }
    }
}
