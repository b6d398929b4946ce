// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameListener;
import org.sallyport.wire.frame.FrameReader;
import org.sallyport.wire.frame.FrameViolation;
import org.sallyport.wire.frame.GoAwayCode;
import org.sallyport.wire.frame.StreamErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes on a connection: finds the stream of each frame and checks that the peer may send it.
 *
 * <p>What the peer may not do on a stream resets that stream; what leaves the rest in doubt is a violation of the connection.
 *
 * <p>On the connection's event loop.
 */
final class Arrivals implements FrameListener {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    private final Mux mux;
    private final FrameReader reader;
    private final StreamTable streams;
    private final Openings openings;
    private final Departures departures;
    private final Liveness liveness;
    private final FloodCounter flood;
    private final TunnelMemory memory;
    private final List<StreamInbound> touched = new ArrayList<>();
    private @Nullable MuxStreamChannel current;
    private int currentFlags;
    private int readingFrom;
    private long receivedBytes;
    private volatile long publishedReceived;

    Arrivals(
            Mux mux,
            FrameReader reader,
            StreamTable streams,
            Openings openings,
            Departures departures,
            Liveness liveness,
            FloodCounter flood,
            TunnelMemory memory) {
        this.mux = mux;
        this.reader = reader;
        this.streams = streams;
        this.openings = openings;
        this.departures = departures;
        this.liveness = liveness;
        this.flood = flood;
        this.memory = memory;
    }

    /** Reads frames; the bytes are the caller's to release. */
    void read(ByteBuf in) throws FrameViolation.OfConnection {
        readingFrom = in.capacity();
        reader.read(in, this);
    }

    /** {@return the size of the buffer that payloads are slices of now} */
    int readingFrom() {
        return readingFrom;
    }

    /** {@return payload bytes received on data streams; on any thread} */
    long receivedBytes() {
        return publishedReceived;
    }

    void received(int streamId, int bytes) {
        if (streamId != TunnelProtocol.CONTROL_STREAM_ID) {
            receivedBytes += bytes;
        }
    }

    void touched(StreamInbound stream) {
        touched.add(stream);
    }

    /** The end of a burst. */
    void readComplete() {
        liveness.heard();
        endReads();
        publishedReceived = receivedBytes;
    }

    /** Each stream that got something is told once. */
    void endReads() {
        for (int each = 0; each < touched.size(); each++) {
            touched.get(each).endRead();
        }
        touched.clear();
        memory.publish();
    }

    /** Reads no more; it may be in the middle of a buffer. */
    void end() {
        reader.end();
    }

    /** Finds the stream of a frame; null when the frame is to be skipped. */
    private @Nullable MuxStreamChannel stream(int streamId, int flags) throws FrameViolation {
        if ((flags & Frame.SYN) != 0) {
            return accept(streamId);
        }
        // one that waits until its SYN may leave is not known to the peer, either
        if (!openings.mayCome(streamId)) {
            throw FrameViolation.connection(
                    GoAwayCode.PROTOCOL_ERROR,
                    "a frame is for stream " + Integer.toUnsignedString(streamId) + ", which was never opened here");
        }
        MuxStreamChannel stream = streams.get(streamId);
        if (stream == null) {
            return null;
        }
        if ((flags & Frame.ACK) != 0 && stream.isOpener() && !stream.acknowledged()) {
            mux.acknowledged(stream);
        }
        return stream.outbound().ended() ? null : stream;
    }

    private @Nullable MuxStreamChannel accept(int streamId) throws FrameViolation {
        MuxStreamChannel stream = mux.accept(streamId);
        if (stream == null) {
            streams.expectForgotten(memory.initial());
            checkRoomForAnswer();
            departures.refuse(streamId);
        }
        return stream;
    }

    /** The peer refused the stream. It does so in a frame with RST; where that is missing, it gets one. */
    void refused(MuxStreamChannel stream) {
        if ((currentFlags & Frame.RST) == 0) {
            streams.expectForgotten(stream.inbound().credit());
            departures.refuse(stream.streamId());
        }
        mux.forget(stream);
    }

    private void checkRoomForAnswer() throws FrameViolation {
        if (!departures.roomForAnswer()) {
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
        if (!streams.skipForgotten(length)) {
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
            mux.forget(stream);
            stream.inbound().reset(cause);
        } else if ((flags & Frame.FIN) != 0 && !stream.inbound().finReceived()) {
            if (stream.head().isAwaited()) {
                throw FrameViolation.stream(
                        stream.streamId(), StreamErrorCode.MESSAGE, "FIN before the message at the stream's head");
            }
            stream.inbound().fin();
            if (stream.outbound().finSent()) {
                mux.forget(stream);
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
        checkRoomForAnswer();
        departures.ping(true, opaque);
    }

    @Override
    public void onGoAway(GoAwayCode code) {
        mux.peerGoesAway(code);
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
