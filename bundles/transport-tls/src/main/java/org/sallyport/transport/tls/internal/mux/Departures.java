// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;
import org.sallyport.wire.frame.GoAwayCode;

/**
 * What leaves on a connection: first PING, credit and GO_AWAY, then SYN frames in the order of their IDs, then all streams in
 * turn. Everything that is written in one turn of the event loop leaves in one flush, or in several when it is much.
 *
 * <p>On the connection's event loop.
 */
final class Departures {
    /** Bytes after which a flush is due though the turn is not over. */
    private static final int FLUSH_AFTER = 131_072;

    /** Bytes after which other work of the event loop gets a turn. */
    private static final int TURN_BYTES = 1_048_576;

    private static final long MAX_UNSENT_ANSWERS = 1_048_576;

    private final Channel channel;
    private final Openings openings;
    private final TunnelMemory memory;
    private final StreamScheduler scheduler = new StreamScheduler();
    private final List<StreamInbound> givers = new ArrayList<>();
    private final Runnable flushTask = this::flushTurn;

    /** Null before the connection may be written to, and once it is lost. */
    private @Nullable TunnelWriter writer;

    private boolean flushScheduled;
    private boolean flushing;
    private long sentBytes;
    private volatile long publishedSent;

    Departures(Channel channel, Openings openings, TunnelMemory memory) {
        this.channel = channel;
        this.openings = openings;
        this.memory = memory;
    }

    void begin(ChannelHandlerContext context) {
        writer = new TunnelWriter(context);
    }

    /** {@return whether frames may be sent} */
    boolean possible() {
        return writer != null;
    }

    /** {@return payload bytes sent on data streams; on any thread} */
    long sentBytes() {
        return publishedSent;
    }

    /** The stream has something to send. */
    void ready(StreamOutbound stream) {
        if (writer != null) {
            scheduler.add(stream);
            flushLater();
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

    void ping(boolean answer, int opaque) {
        TunnelWriter out = writer;
        if (out != null) {
            FrameWriter.ping(out.room(Frame.HEADER_LENGTH), answer, opaque);
            flushLater();
        }
    }

    void goAway(GoAwayCode code) {
        TunnelWriter out = writer;
        if (out != null) {
            FrameWriter.goAway(out.room(Frame.HEADER_LENGTH), code);
            flushLater();
        }
    }

    /** Sends RST for a stream that is no more, or never was. */
    void refuse(int streamId) {
        TunnelWriter out = writer;
        if (out != null) {
            out.windowUpdate(streamId, Frame.RST, 0);
            flushLater();
        }
    }

    /** {@return whether one more answer may be queued: they are sent though the connection is full, but not without bound} */
    boolean roomForAnswer() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null
                || pending.totalPendingWriteBytes()
                        <= channel.config().getWriteBufferHighWaterMark() + MAX_UNSENT_ANSWERS;
    }

    void sent(int streamId, int bytes) {
        if (streamId != TunnelProtocol.CONTROL_STREAM_ID) {
            sentBytes += bytes;
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

    void writabilityChanged() {
        if (!flushing && channel.isWritable() && !scheduler.isEmpty()) {
            flush();
        }
    }

    void flush() {
        TunnelWriter out = writer;
        if (flushing || out == null) {
            return;
        }
        flushing = true;
        try {
            giveCredit(out);
            openings.send(out);
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
        if (!givers.isEmpty() || openings.canSend() || (!scheduler.isEmpty() && out.writable())) {
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

    /** Sends GO_AWAY at once, after what was written before. */
    void lastWord(GoAwayCode code) {
        TunnelWriter out = writer;
        if (out != null) {
            FrameWriter.goAway(out.room(Frame.HEADER_LENGTH), code);
            out.flush();
        }
    }

    /** Sends what may be sent now, and ends this half of the connection. */
    void flushAndEnd() {
        flush();
        TunnelWriter out = writer;
        if (out != null) {
            out.flushAndEnd();
        }
    }

    /** The connection is lost: drops what waits. */
    void end() {
        scheduler.clear();
        TunnelWriter out = writer;
        if (out != null) {
            writer = null;
            out.release();
        }
    }
}
