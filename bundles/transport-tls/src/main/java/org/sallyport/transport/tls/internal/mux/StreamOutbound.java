// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.ResetMode;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/**
 * The sending half of a stream: what may leave, in which order. First SYN or ACK, then the message at the stream's head (OPEN
 * or OPENED), then data as far as credit goes, then FIN or RST. An abort discards the data, never what comes before it.
 *
 * <p>The data itself waits in the channel's outbound buffer. On the connection's event loop.
 */
final class StreamOutbound {
    /** Most payload of one frame, so that frame and header are four TLS records. */
    static final int MAX_PAYLOAD = 65_536 - Frame.HEADER_LENGTH;

    /** Most payload that is sent before the other end has answered. */
    static final int MAX_EARLY = 32_768;

    // of the scheduler
    boolean scheduled;
    boolean interrupted;
    int deficit;

    private final MuxStreamChannel channel;
    private final Mux mux;
    private int streamId;
    private long credit;
    private long early = Long.MAX_VALUE;
    private int queued;
    private int openingFlag;
    private boolean opening;
    private @Nullable ByteBuf head;
    private boolean headEndsStream;
    private boolean payloadSent;
    private @Nullable ChannelPromise fin;
    private boolean finSent;
    private @Nullable ResetMode reset;
    private boolean ended;

    /**
     * @param openingFlag SYN or ACK, which the first frame carries
     */
    StreamOutbound(MuxStreamChannel channel, Mux mux, int openingFlag) {
        this.channel = channel;
        this.mux = mux;
        this.openingFlag = openingFlag;
        this.opening = openingFlag == Frame.SYN;
    }

    /** On the event loop, before a frame of it leaves or comes. */
    void begin(int id) {
        streamId = id;
        credit = mux.memory().initial();
    }

    boolean isControl() {
        return streamId == TunnelProtocol.CONTROL_STREAM_ID;
    }

    /** {@return bytes that may be written before there is no credit} */
    int credit() {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, Math.min(credit, early) - queued));
    }

    /** {@return whether a byte of payload has left} */
    boolean payloadSent() {
        return payloadSent;
    }

    /** {@return whether FIN is still to leave, and may} */
    boolean finWaits() {
        return fin != null && !finSent && !ended && reset == null;
    }

    /** The channel is closed: FIN will not leave any more. */
    void cancelFin() {
        ChannelPromise promise = fin;
        if (promise != null && !promise.isDone()) {
            promise.tryFailure(new ClosedChannelException());
        }
    }

    boolean finSent() {
        return finSent;
    }

    boolean resetQueued() {
        return reset != null;
    }

    /** {@return whether nothing of this stream will leave any more} */
    boolean ended() {
        return ended;
    }

    /** {@return whether all that was written has left} */
    boolean drained() {
        ChannelOutboundBuffer data = channel.outboundBuffer();
        return !opening && head == null && (data == null || data.isEmpty());
    }

    void limitEarly(long bytes) {
        early = bytes;
    }

    /** Adds credit that the peer gave; false when the sum is beyond what a window can be. */
    boolean addCredit(long bytes) {
        credit += bytes;
        return credit <= 0xffff_ffffL;
    }

    /** The stream was accepted: early payload ends. */
    void opened() {
        early = Long.MAX_VALUE;
        wake();
    }

    /** Counts bytes that come into the channel's outbound buffer. */
    void queue(int bytes) {
        queued += bytes;
        mux.memory().hold(channel, bytes);
    }

    /** What waits in the channel's outbound buffer is gone. */
    void drop() {
        int bytes = queued;
        if (bytes > 0) {
            queued = 0;
            mux.memory().hold(channel, -bytes);
        }
    }

    /** Sets the message at the stream's head, which is released when nothing leaves any more. */
    void head(ByteBuf message, boolean endsStream) {
        if (ended) {
            message.release();
            return;
        }
        head = message;
        headEndsStream = endsStream;
        if (!opening) {
            wake();
        }
    }

    /** Sends FIN after what is queued. */
    void finish(ChannelPromise promise) {
        fin = promise;
        wake();
    }

    /** Sends RST: after what is queued, or at once, in place of it. */
    void reset(ResetMode mode) {
        reset = mode;
        wake();
    }

    /** Nothing leaves any more: the peer reset the stream, or the tunnel is gone. */
    void end() {
        ended = true;
        ByteBuf message = head;
        if (message != null) {
            head = null;
            message.release();
        }
    }

    void wake() {
        if (hasWork()) {
            mux.departures().ready(this);
        }
    }

    boolean hasWork() {
        if (ended || opening) {
            return false;
        }
        if (openingFlag != 0 || head != null || reset == ResetMode.ABORT) {
            return true;
        }
        ChannelOutboundBuffer data = channel.outboundBuffer();
        if (data == null || data.current() == null) {
            return reset != null || (fin != null && !finSent);
        }
        return Math.min(credit, early) > 0 || isEmpty(data);
    }

    private static boolean isEmpty(ChannelOutboundBuffer data) {
        return data.current() instanceof ByteBuf buffer && !buffer.isReadable();
    }

    /** Sends SYN, with the message at the stream's head if there is one; the scheduler has the rest. */
    void open(TunnelWriter writer) {
        opening = false;
        ByteBuf message = head;
        if (message == null) {
            writer.windowUpdate(streamId, takeOpeningFlag(), 0);
        } else {
            head = null;
            sendHead(writer, message);
        }
        wake();
    }

    /** Whether SYN still has to be sent; an abort before that takes the whole stream back. */
    boolean opening() {
        return opening;
    }

    /**
     * Sends what may be sent now, in frames.
     *
     * @param budget stops when so many bytes have been sent
     * @return bytes of the frames
     */
    int transmit(TunnelWriter writer, int budget) {
        int sent = 0;
        ByteBuf message = head;
        if (message != null) {
            head = null;
            sent += Frame.HEADER_LENGTH + message.readableBytes();
            if (!sendHead(writer, message)) {
                return sent;
            }
        }
        if (reset != ResetMode.ABORT) {
            sent += data(writer, budget - sent);
        }
        return sent + flags(writer);
    }

    private boolean sendHead(TunnelWriter writer, ByteBuf message) {
        int length = message.readableBytes();
        int flags = takeOpeningFlag() | (headEndsStream ? Frame.RST : 0);
        credit -= length;
        ByteBuf room = writer.room(Math.min(Frame.HEADER_LENGTH + length, TunnelWriter.SMALL));
        if (room.writableBytes() >= Frame.HEADER_LENGTH + length) {
            FrameWriter.data(room, streamId, flags, length);
            room.writeBytes(message);
            message.release();
        } else {
            writer.large(streamId, flags, message, false);
        }
        if (headEndsStream) {
            ended = true;
            mux.sentReset(channel);
        }
        return !headEndsStream;
    }

    private int data(TunnelWriter writer, int budget) {
        int sent = 0;
        ChannelOutboundBuffer data = channel.outboundBuffer();
        while (sent < budget && data != null && data.current() instanceof ByteBuf buffer && writer.writable()) {
            int readable = buffer.readableBytes();
            if (readable == 0) {
                data.remove();
            } else {
                int length = (int) Math.min(Math.min(readable, MAX_PAYLOAD), Math.min(credit, early));
                if (length <= 0) {
                    break;
                }
                sent += Frame.HEADER_LENGTH + length;
                frame(writer, data, buffer, length, length == readable);
            }
            // a promise's listener may have closed the channel
            data = channel.outboundBuffer();
        }
        if (data != null && data.isEmpty()) {
            drop();
        }
        return sent;
    }

    private void frame(TunnelWriter writer, ChannelOutboundBuffer data, ByteBuf buffer, int length, boolean whole) {
        int flags = takeOpeningFlag();
        credit -= length;
        early -= length;
        queued -= length;
        mux.memory().hold(channel, -length);
        payloadSent = true;
        mux.departures().sent(streamId, length);
        if (length <= TunnelWriter.SMALL) {
            writer.small(streamId, flags, buffer, length);
        } else if (whole) {
            boolean ownsHeadroom = FrameWriter.ownsHeadroom(buffer, channel.alloc());
            writer.large(streamId, flags, buffer.retain(), ownsHeadroom);
        } else {
            writer.large(streamId, flags, buffer.readRetainedSlice(length), false);
        }
        if (whole) {
            data.remove();
        }
    }

    /** What comes without payload: the bare ACK, FIN, RST. */
    private int flags(TunnelWriter writer) {
        ChannelOutboundBuffer data = channel.outboundBuffer();
        boolean empty = data == null || data.current() == null;
        if (reset == ResetMode.ABORT || (reset == ResetMode.IN_ORDER && empty)) {
            ended = true;
            writer.windowUpdate(streamId, takeOpeningFlag() | Frame.RST, 0);
            mux.sentReset(channel);
            return Frame.HEADER_LENGTH;
        }
        ChannelPromise promise = fin;
        if (empty && promise != null && !finSent) {
            finSent = true;
            writer.windowUpdate(streamId, takeOpeningFlag() | Frame.FIN, 0);
            promise.trySuccess();
            mux.sentFin(channel);
            return Frame.HEADER_LENGTH;
        }
        if (openingFlag != 0) {
            writer.windowUpdate(streamId, takeOpeningFlag(), 0);
            return Frame.HEADER_LENGTH;
        }
        return 0;
    }

    /** {@return SYN or ACK if it has not left yet; a frame that the caller sends now must carry it} */
    int takeOpeningFlag() {
        int flag = openingFlag;
        openingFlag = 0;
        if (flag == Frame.ACK) {
            mux.acceptances().sentAck();
        }
        return flag;
    }
}
