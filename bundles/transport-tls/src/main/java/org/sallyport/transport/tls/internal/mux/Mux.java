// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameListener;
import org.sallyport.wire.frame.FrameReader;
import org.sallyport.wire.frame.FrameViolation;
import org.sallyport.wire.frame.FrameWriter;
import org.sallyport.wire.frame.GoAwayCode;
import org.sallyport.wire.frame.StreamErrorCode;
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
 * <h2>Order of what leaves</h2>
 *
 * First PING, credit and GO_AWAY, then SYN frames in the order of their IDs, then all streams in turn. Everything that is
 * written in one turn of the event loop leaves in one flush, or in several when it is much.
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
public final class Mux extends ChannelInboundHandlerAdapter implements FrameListener, Liveness.Peer {
    private static final Logger LOG = LoggerFactory.getLogger(Mux.class);

    /** Bytes after which a flush is due though the turn is not over. */
    private static final int FLUSH_AFTER = 131_072;

    /** Bytes after which other work of the event loop gets a turn. */
    private static final int TURN_BYTES = 1_048_576;

    private static final long MAX_UNSENT_ANSWERS = 1_048_576;

    private final Channel channel;
    private final MuxOwner owner;
    private final boolean client;
    private final TunnelLimits limits;
    private final FrameReader reader;
    private final StreamScheduler scheduler = new StreamScheduler();
    private final Liveness liveness;
    private final IntObjectHashMap<MuxStreamChannel> streams = new IntObjectHashMap<>();
    private final ArrayDeque<MuxStreamChannel> opens = new ArrayDeque<>();
    private final List<StreamInbound> touched = new ArrayList<>();
    private final List<StreamInbound> givers = new ArrayList<>();
    private final Runnable flushTask = this::flushTurn;
    private final FloodCounter flood;
    private final TunnelMemory memory;

    private @Nullable TunnelWriter writer;
    private @Nullable MuxStreamChannel current;
    private int currentFlags;
    private int readingFrom;
    private int nextId;
    private int lastSynSent;
    private int givenUp;
    private int unackedOpens;
    private int unackedAccepts;
    private int unanswered;
    private int channels;
    private long forgottenCredit;
    private boolean flushScheduled;
    private boolean flushing;
    private boolean goAwaySent;
    private boolean goAwayReceived;
    private boolean closed;
    private boolean ownerTold;
    private boolean over;
    private @Nullable String reason;
    private long sentBytes;
    private long receivedBytes;
    private volatile long publishedSent;
    private volatile long publishedReceived;
    private volatile int publishedUnanswered;
    private volatile int openStreams;
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
        this.client = client;
        this.owner = owner;
        reader = client ? FrameReader.ofServer() : FrameReader.ofClient();
        nextId = client ? 1 : 2;
        liveness = new Liveness(this, channel.eventLoop(), limits.quiet(), limits.dead());
        flood = new FloodCounter(channel.eventLoop().ticker());
        memory = new TunnelMemory(channel.eventLoop(), liveness, windows, process);
    }

    Channel channel() {
        return channel;
    }

    TunnelMemory memory() {
        return memory;
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
        return publishedUnanswered;
    }

    /** Opens and accepts no more streams; the open ones go on. */
    public void goAway() {
        if (!goAwaySent && writer != null && !closed) {
            goAwaySent = true;
            usable = false;
            FrameWriter.goAway(writer.room(Frame.HEADER_LENGTH), GoAwayCode.NORMAL);
            takeBackOpens("this end opens no more streams");
            endReads();
            flushLater();
        }
    }

    /** Streams whose SYN has not left are lost before the other end heard of them; only the control stream is opened yet. */
    private void takeBackOpens(String why) {
        for (MuxStreamChannel stream : List.copyOf(opens)) {
            if (!stream.isControl()) {
                lose(stream, why);
            }
        }
        opens.removeIf(stream -> !stream.isControl());
    }

    /** Goes on with IDs not below a number; gaps are allowed. */
    public void skipIds(long first) {
        int next = (int) (client ? first | 1 : first + (first & 1));
        if (Integer.compareUnsigned(next, nextId) > 0) {
            nextId = next;
        }
    }

    /** {@return how many streams are open, the control stream not counted; on any thread} */
    public int openStreams() {
        return openStreams;
    }

    /** {@return payload bytes sent on data streams; on any thread} */
    public long sentBytes() {
        return publishedSent;
    }

    /** {@return payload bytes received on data streams; on any thread} */
    public long receivedBytes() {
        return publishedReceived;
    }

    /** {@return the last measured round trip in nanoseconds, -1 before the first; on any thread} */
    public long rttNanos() {
        return liveness.rttNanos();
    }

    /** Measures the round trip: nanoseconds. */
    public Future<Long> ping() {
        if (writer == null || closed) {
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
        for (MuxStreamChannel stream : snapshot()) {
            if (stream.streamId() != TunnelProtocol.CONTROL_STREAM_ID) {
                lose(stream, why);
            }
        }
        endReads();
    }

    /** Closes the connection after what has left the streams, but does not wait longer than a second for that. */
    public void close(String why) {
        giveReason(why);
        TunnelWriter out = writer;
        if (out == null || closed) {
            channel.close();
            return;
        }
        goAway();
        flush();
        reader.end();
        out.flushAndEnd();
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
        writer = new TunnelWriter(context);
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
        readingFrom = in.capacity();
        try {
            reader.read(in, this);
        } catch (FrameViolation.OfConnection violation) {
            fail(violation);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        liveness.heard();
        endReads();
        publishedReceived = receivedBytes;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!flushing && channel.isWritable() && !scheduler.isEmpty()) {
            flush();
        }
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
        TunnelWriter out = writer;
        if (reason == null && out != null) {
            giveReason("the other end broke the protocol: " + violation.getMessage());
            FrameWriter.goAway(out.room(Frame.HEADER_LENGTH), violation.code());
            out.flush();
            goAwaySent = true;
        }
        channel.pipeline().close();
        cutLater();
    }

    private void lost() {
        if (closed) {
            return;
        }
        closed = true;
        // it may be in the middle of a buffer
        reader.end();
        giveReason("the connection was closed by the other end");
        String why = String.valueOf(reason);
        liveness.stop(new ClosedChannelException());
        for (MuxStreamChannel stream : snapshot()) {
            lose(stream, why);
        }
        opens.clear();
        scheduler.clear();
        endReads();
        TunnelWriter out = writer;
        if (out != null) {
            out.release();
        }
        // later, so that handlers of the streams hear of it first
        channel.eventLoop().execute(() -> owner.closed(why));
        ownerTold = true;
        endIfOver();
    }

    /** What streams still hold counts until the last of them is closed. */
    private void endIfOver() {
        if (ownerTold && channels == 0 && !over) {
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
            forgottenCredit += stream.inbound().credit();
        }
        forget(stream);
        stream.inbound()
                .lose(new StreamResetException(
                        clean ? StreamResetException.Kind.TUNNEL_LOST_CLEAN : StreamResetException.Kind.TUNNEL_LOST,
                        "the tunnel was lost: " + why));
    }

    private List<MuxStreamChannel> snapshot() {
        return new ArrayList<>(streams.values());
    }

    // ------------------------------------------------------------------ what leaves

    /** The stream has something to send. */
    void ready(StreamOutbound stream) {
        if (!closed) {
            scheduler.add(stream);
            flushLater();
        }
    }

    void flushLater() {
        if (!flushScheduled && !flushing) {
            flushScheduled = true;
            channel.eventLoop().execute(flushTask);
        }
    }

    private void flushTurn() {
        flushScheduled = false;
        flush();
    }

    private void flush() {
        TunnelWriter out = writer;
        if (flushing || out == null || closed) {
            return;
        }
        flushing = true;
        try {
            giveCredit(out);
            sendOpens(out);
            int left = TURN_BYTES;
            do {
                left -= scheduler.run(out, FLUSH_AFTER);
                out.flush();
            } while (left > 0 && !scheduler.isEmpty() && out.writable());
            publishedSent = sentBytes;
            memory.publish();
        } finally {
            flushing = false;
        }
        if (!givers.isEmpty() || canOpen() || (!scheduler.isEmpty() && out.writable())) {
            flushLater();
        }
    }

    private void giveCredit(TunnelWriter out) {
        for (int each = 0; each < givers.size(); each++) {
            StreamInbound giver = givers.get(each);
            giver.giving = false;
            MuxStreamChannel stream = giver.channel();
            // one that is closed has nothing of the budget any more, though its RST may still wait
            int bytes = stream.isOpen() && !stream.outbound().ended() ? giver.takeCredit() : 0;
            if (bytes > 0) {
                out.windowUpdate(stream.streamId(), stream.outbound().takeOpeningFlag(), bytes);
            }
        }
        givers.clear();
    }

    /** {@return how many streams wait until their SYN may leave, or are kept though they do not any more} */
    int unsentOpens() {
        return opens.size();
    }

    /** A peer that acknowledges nothing must not keep what nobody waits for any more. */
    private void forgetOpen() {
        givenUp++;
        if (givenUp > 64 && givenUp > opens.size() / 2) {
            opens.removeIf(stream -> stream.outbound().ended());
            givenUp = 0;
        }
    }

    private boolean canOpen() {
        return !opens.isEmpty() && unackedOpens < TunnelProtocol.MAX_UNACKNOWLEDGED_OPENS;
    }

    private void sendOpens(TunnelWriter out) {
        while (canOpen()) {
            MuxStreamChannel stream = opens.remove();
            if (!stream.outbound().ended()) {
                unackedOpens++;
                lastSynSent = stream.streamId();
                stream.outbound().open(out);
            }
        }
    }

    /** The stream takes credit back to its peer. */
    void giveBack(StreamInbound stream) {
        if (!stream.giving) {
            stream.giving = true;
            givers.add(stream);
            flushLater();
        }
    }

    void sent(int streamId, int bytes) {
        if (streamId != TunnelProtocol.CONTROL_STREAM_ID) {
            sentBytes += bytes;
        }
    }

    void received(int streamId, int bytes) {
        if (streamId != TunnelProtocol.CONTROL_STREAM_ID) {
            receivedBytes += bytes;
        }
    }

    void sentAck() {
        unackedAccepts--;
    }

    void sentFin(MuxStreamChannel stream) {
        if (stream.inbound().finReceived()) {
            forget(stream);
        }
        stream.closeIfFinished();
    }

    /** RST left: the stream is over, what the peer still sends on it is skipped. */
    void sentReset(MuxStreamChannel stream) {
        forgottenCredit += stream.inbound().credit();
        forget(stream);
        stream.closeNow();
    }

    @Override
    public void sendPing(int opaque) {
        TunnelWriter out = writer;
        if (out != null && !closed) {
            FrameWriter.ping(out.room(Frame.HEADER_LENGTH), false, opaque);
            flushLater();
        }
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

    private boolean hasIds() {
        return Integer.compareUnsigned(nextId, 0xffff_fffd) < 0;
    }

    /** {@return whether there is memory for one more; a tunnel can always be made} */
    private boolean room(int streamId) {
        return streamId == TunnelProtocol.CONTROL_STREAM_ID || !memory.full();
    }

    /** A stream becomes part of this connection; false when there is no place for it. */
    boolean register(MuxStreamChannel stream) {
        if (stream.streamId() == 0) {
            if (!usable || !room(nextId) || streams.size() >= limits.streams() || !request(stream)) {
                return false;
            }
            stream.assign(nextId);
            owner.opens(nextId);
            nextId += 2;
            usable = usable && hasIds();
            opens.add(stream);
            flushLater();
        }
        streams.put(stream.streamId(), stream);
        channels++;
        count();
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
        return hasIds() ? "it is draining" : "it is out of stream IDs";
    }

    /** The channel of a stream was closed here. */
    void closed(MuxStreamChannel stream) {
        if (stream.wasActive()) {
            channels--;
            endIfOver();
        }
        StreamOutbound outbound = stream.outbound();
        if (outbound.ended()) {
            return;
        }
        if (outbound.opening()) {
            forget(stream);
            forgetOpen();
        } else if (outbound.finSent() && stream.inbound().finReceived()) {
            forget(stream);
        } else {
            outbound.reset(ResetMode.ABORT);
        }
    }

    /** No frame of the stream is expected or sent any more. */
    void forget(MuxStreamChannel stream) {
        stream.outbound().end();
        if (streams.remove(stream.streamId()) != null) {
            answered(stream);
            if (!stream.isOpener()) {
                // an ACK that has not left counts no more
                stream.outbound().takeOpeningFlag();
            } else if (!stream.outbound().opening() && !stream.acknowledged()) {
                acknowledge(stream);
            }
            count();
            owner.ended(stream);
        }
    }

    private void count() {
        openStreams = streams.size() - (streams.containsKey(TunnelProtocol.CONTROL_STREAM_ID) ? 1 : 0);
    }

    private void acknowledge(MuxStreamChannel stream) {
        stream.setAcknowledged();
        unackedOpens--;
        if (canOpen()) {
            flushLater();
        }
    }

    /** The stream has been answered, or needs no answer any more. */
    void answered(MuxStreamChannel stream) {
        if (stream.awaitsAnswer) {
            stream.awaitsAnswer = false;
            publishedUnanswered = --unanswered;
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

    /** The peer refused the stream. It does so in a frame with RST; where that is missing, it gets one. */
    void refused(MuxStreamChannel stream) {
        TunnelWriter out = writer;
        if ((currentFlags & Frame.RST) == 0 && out != null) {
            forgottenCredit += stream.inbound().credit();
            out.windowUpdate(stream.streamId(), Frame.RST, 0);
            flushLater();
        }
        forget(stream);
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

    // ------------------------------------------------------------------ what comes

    /** {@return the size of the buffer that payloads are slices of now} */
    int readingFrom() {
        return readingFrom;
    }

    void touched(StreamInbound stream) {
        touched.add(stream);
    }

    /** The end of a burst: each stream that got something is told once. */
    void endReads() {
        for (int each = 0; each < touched.size(); each++) {
            touched.get(each).endRead();
        }
        touched.clear();
        memory.publish();
    }

    /** Finds the stream of a frame; null when the frame is to be skipped. */
    private @Nullable MuxStreamChannel stream(int streamId, int flags) throws FrameViolation {
        if ((flags & Frame.SYN) != 0) {
            return accept(streamId);
        }
        // one that waits until its SYN may leave is not known to the peer, either
        if (Frame.isClientStream(streamId) == client && Integer.compareUnsigned(streamId, lastSynSent) > 0) {
            throw FrameViolation.connection(
                    GoAwayCode.PROTOCOL_ERROR,
                    "a frame is for stream " + Integer.toUnsignedString(streamId) + ", which was never opened here");
        }
        MuxStreamChannel stream = streams.get(streamId);
        if (stream == null) {
            return null;
        }
        if ((flags & Frame.ACK) != 0 && stream.isOpener() && !stream.acknowledged()) {
            acknowledge(stream);
        }
        return stream.outbound().ended() ? null : stream;
    }

    private @Nullable MuxStreamChannel accept(int streamId) throws FrameViolation {
        boolean room = unackedAccepts < TunnelProtocol.MAX_UNACKNOWLEDGED_OPENS
                && unanswered < limits.opens()
                && streams.size() < limits.streams()
                && room(streamId);
        MuxOwner.Welcome welcome = goAwaySent || !room ? MuxOwner.Welcome.REFUSE : owner.welcome(streamId);
        if (welcome == MuxOwner.Welcome.REFUSE) {
            refuse(streamId);
            return null;
        }
        boolean raw = welcome == MuxOwner.Welcome.RAW;
        MuxStreamChannel stream = new MuxStreamChannel(this, streamId, raw ? StreamHead.none() : StreamHead.asked());
        unackedAccepts++;
        channel.eventLoop().register(stream);
        if (raw) {
            owner.opened(stream);
        } else {
            stream.awaitsAnswer = true;
            publishedUnanswered = ++unanswered;
        }
        stream.outbound().wake();
        return stream;
    }

    private void refuse(int streamId) throws FrameViolation {
        forgottenCredit += memory.initial();
        answerRoom();
        TunnelWriter out = writer;
        if (out != null) {
            out.windowUpdate(streamId, Frame.RST, 0);
            flushLater();
        }
    }

    /** Answers are sent though the connection is full, but not without bound. */
    private void answerRoom() throws FrameViolation {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        if (pending != null
                && pending.totalPendingWriteBytes()
                        > channel.config().getWriteBufferHighWaterMark() + MAX_UNSENT_ANSWERS) {
            throw FrameViolation.connection(
                    GoAwayCode.PROTOCOL_ERROR, "more than 1 MiB of answers wait because the peer does not read them");
        }
    }

    @Override
    public boolean onData(int streamId, int flags, long length) throws FrameViolation {
        MuxStreamChannel stream = stream(streamId, flags);
        current = stream;
        currentFlags = flags;
        if (stream == null) {
            skipForgotten(streamId, length);
            return false;
        }
        if (length == 0 && flags == 0) {
            flood.useless();
        }
        if (length > 0 && stream.inbound().finReceived()) {
            throw FrameViolation.stream(streamId, StreamErrorCode.CLOSED, "payload after FIN");
        }
        if (!stream.inbound().reserve(length)) {
            throw FrameViolation.stream(
                    streamId,
                    StreamErrorCode.FLOW_CONTROL,
                    length + " bytes; expected at most the credit of "
                            + stream.inbound().credit());
        }
        return true;
    }

    private void skipForgotten(int streamId, long length) throws FrameViolation {
        forgottenCredit -= length;
        if (forgottenCredit < 0) {
            throw FrameViolation.connection(
                    GoAwayCode.PROTOCOL_ERROR,
                    "payload for stream " + Integer.toUnsignedString(streamId) + ", which is over, beyond its window");
        }
    }

    @Override
    public void onPayload(ByteBuf payload) {
        MuxStreamChannel stream = current;
        if (stream == null || stream.outbound().ended()) {
            payload.release();
            return;
        }
        try {
            stream.receive(payload);
        } catch (FrameViolation.OfStream violation) {
            onStreamViolation(violation);
        }
    }

    @Override
    public void onDataEnd(int streamId, int flags) throws FrameViolation {
        MuxStreamChannel stream = current;
        if (stream != null && !stream.outbound().ended()) {
            end(stream, flags);
        }
    }

    @Override
    public void onWindowUpdate(int streamId, int flags, long credit) throws FrameViolation {
        MuxStreamChannel stream = stream(streamId, flags);
        if (stream == null) {
            return;
        }
        if (credit == 0 && flags == 0) {
            flood.useless();
        }
        if (!stream.outbound().addCredit(credit)) {
            throw FrameViolation.stream(
                    streamId, StreamErrorCode.FLOW_CONTROL, "credit beyond 2^32 - 1 after " + credit + " more");
        }
        if (credit > 0) {
            stream.creditChanged();
            stream.outbound().wake();
        }
        end(stream, flags);
    }

    private void end(MuxStreamChannel stream, int flags) throws FrameViolation {
        if ((flags & Frame.RST) != 0) {
            if (!stream.isOpener() && !stream.inbound().carried()) {
                flood.useless();
            }
            StreamResetException cause = stream.head() instanceof StreamHead.Asking asking && asking.isAwaited()
                    ? new StreamResetException(StreamResetException.Kind.REFUSED, "the other end refused the stream")
                    : new StreamResetException(
                            StreamResetException.Kind.RESET, "the stream was reset by the other end");
            forget(stream);
            stream.inbound().reset(cause);
        } else if ((flags & Frame.FIN) != 0 && !stream.inbound().finReceived()) {
            if (stream.head().isAwaited()) {
                throw FrameViolation.stream(
                        stream.streamId(), StreamErrorCode.MESSAGE, "FIN before the message at the stream's head");
            }
            stream.inbound().fin();
            if (stream.outbound().finSent()) {
                forget(stream);
            }
        }
    }

    @Override
    public void onPing(boolean answer, int opaque) throws FrameViolation {
        if (answer) {
            if (!liveness.answered(opaque)) {
                flood.useless();
            }
            return;
        }
        flood.ping();
        answerRoom();
        TunnelWriter out = writer;
        if (out != null) {
            FrameWriter.ping(out.room(Frame.HEADER_LENGTH), true, opaque);
            flushLater();
        }
    }

    @Override
    public void onGoAway(GoAwayCode code) {
        usable = false;
        if (code != GoAwayCode.NORMAL) {
            giveReason("the other end gave up: " + code);
        }
        if (!goAwayReceived) {
            goAwayReceived = true;
            takeBackOpens("the other end takes no more streams");
            owner.goneAway();
        }
    }

    @Override
    public void onStreamViolation(FrameViolation.OfStream violation) {
        MuxStreamChannel stream = streams.get(violation.streamId());
        if (stream != null) {
            LOG.debug("{}: reset, {}: {}", stream, violation.code(), violation.getMessage());
            stream.fail(new StreamResetException(
                    StreamResetException.Kind.RESET, "the other end broke the protocol: " + violation.getMessage()));
        }
    }
}
