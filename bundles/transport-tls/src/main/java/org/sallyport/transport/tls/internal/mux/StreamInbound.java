// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.TunnelProtocol;

/**
 * The receiving half of a stream: bytes go straight into the pipeline while somebody reads, else they wait here, at most a
 * window of them. What ends the stream comes after them. Credit is given back, in halves of the window, for what was taken.
 *
 * <p>On the connection's event loop.
 */
final class StreamInbound {
    private static final int GIVE_BACK = TunnelProtocol.INITIAL_WINDOW / 2;
    private static final int MESSAGES_A_READ = 16;
    private static final long RESET_SECONDS = 5;

    /** Pieces up to this size are copied together when they have to wait. */
    private static final int SMALL = 4096;

    /** A larger piece is copied too when the buffer that it is a piece of is more than so many times as large. */
    private static final int PINNED = 4;

    private static final int FIRST_ROOM = 256;
    private static final int MOST_ROOM = 16_384;

    /** Of the mux: in its list of those that give credit back. */
    boolean giving;

    private final MuxStreamChannel channel;
    private final Mux mux;

    /** What the peer may still send. */
    private long credit = TunnelProtocol.INITIAL_WINDOW;

    private int taken;
    private @Nullable ArrayDeque<ByteBuf> waiting;
    /** The last that waits, when it is one that small pieces are copied into. */
    private @Nullable ByteBuf gathering;

    private boolean readPending;
    private boolean delivered;
    private boolean touched;
    private boolean draining;
    private boolean discarding;
    private boolean carried;
    private boolean finReceived;
    private boolean shutdownFired;
    private @Nullable StreamResetException reset;
    private @Nullable Future<?> resetTimer;
    private @Nullable Runnable drainTask;

    StreamInbound(MuxStreamChannel channel, Mux mux) {
        this.channel = channel;
        this.mux = mux;
    }

    /** {@return what the peer may still send} */
    long credit() {
        return credit;
    }

    boolean finReceived() {
        return finReceived;
    }

    /** {@return whether FIN came and everything before it was read} */
    boolean isShutdown() {
        return shutdownFired;
    }

    /** Takes the credit of a frame that begins; false when there is not enough. */
    boolean reserve(long bytes) {
        if (bytes > credit) {
            return false;
        }
        credit -= bytes;
        return true;
    }

    /** Bytes that never reach the pipeline: a message at the stream's head. */
    void consumed(int bytes) {
        taken += bytes;
    }

    /** {@return whether payload came, other than the message at the stream's head} */
    boolean carried() {
        return carried;
    }

    /** Takes bytes of the peer, with their reference. */
    void receive(ByteBuf data) {
        carried = true;
        if (discarding) {
            taken += data.readableBytes();
            data.release();
            touch();
            return;
        }
        touch();
        ArrayDeque<ByteBuf> queue = waiting;
        if (readPending && (queue == null || queue.isEmpty())) {
            deliver(data);
            return;
        }
        if (queue == null) {
            queue = new ArrayDeque<>(4);
            waiting = queue;
        }
        await(queue, data);
    }

    /** Keeps a piece until somebody reads. It is a slice of all that was read with it, which it would keep too. */
    private void await(ArrayDeque<ByteBuf> queue, ByteBuf data) {
        int bytes = data.readableBytes();
        if (bytes > SMALL && mux.readingFrom() <= (long) PINNED * bytes) {
            gathering = null;
            queue.add(data);
            return;
        }
        ByteBuf room = gathering;
        if (room == null || room.maxWritableBytes() < bytes) {
            room = channel.alloc().directBuffer(Math.max(FIRST_ROOM, bytes), Math.max(MOST_ROOM, bytes));
            gathering = room;
            queue.add(room);
        }
        room.writeBytes(data);
        data.release();
    }

    void fin() {
        finReceived = true;
        touch();
    }

    /** The stream is over, after what waits here; 5 s at most. */
    void reset(StreamResetException cause) {
        if (reset != null) {
            return;
        }
        reset = cause;
        touch();
        if (!isEmpty()) {
            resetTimer = channel.eventLoop().schedule(this::resetNow, RESET_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void resetNow() {
        release();
        touch();
        mux.endReads();
    }

    private void touch() {
        if (!touched) {
            touched = true;
            mux.touched(this);
        }
    }

    /** From now on what comes is dropped, and credit given back for it. */
    void discard() {
        discarding = true;
        release();
    }

    void release() {
        gathering = null;
        ArrayDeque<ByteBuf> queue = waiting;
        if (queue != null) {
            for (ByteBuf data = queue.poll(); data != null; data = queue.poll()) {
                taken += data.readableBytes();
                data.release();
            }
        }
    }

    void close() {
        discard();
        Future<?> timer = resetTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    void beginRead() {
        readPending = true;
        if (!isEmpty() && !draining) {
            draining = true;
            Runnable task = drainTask;
            if (task == null) {
                task = this::drain;
                drainTask = task;
            }
            channel.eventLoop().execute(task);
        }
    }

    void stopRead() {
        readPending = false;
    }

    private boolean isEmpty() {
        ArrayDeque<ByteBuf> queue = waiting;
        return queue == null || queue.isEmpty();
    }

    /** Somebody reads again: hands out what waits. */
    private void drain() {
        draining = false;
        ArrayDeque<ByteBuf> queue = waiting;
        if (queue == null) {
            return;
        }
        for (int left = MESSAGES_A_READ; left > 0 && readPending; left--) {
            ByteBuf data = queue.poll();
            if (data == null) {
                break;
            }
            if (queue.isEmpty()) {
                // it is the reader's now
                gathering = null;
            }
            deliver(data);
        }
        endRead();
        mux.flushLater();
    }

    private void deliver(ByteBuf data) {
        int bytes = data.readableBytes();
        taken += bytes;
        delivered = true;
        mux.received(channel.streamId(), bytes);
        channel.pipeline().fireChannelRead(data);
    }

    /** The end of a burst of frames, in which this stream got something. */
    void endRead() {
        touched = false;
        ChannelPipeline pipeline = channel.pipeline();
        if (delivered) {
            delivered = false;
            readPending = false;
            pipeline.fireChannelReadComplete();
        }
        giveBack();
        if (isEmpty()) {
            endIfOver(pipeline);
        }
    }

    private void endIfOver(ChannelPipeline pipeline) {
        StreamResetException cause = reset;
        if (cause != null) {
            channel.fail(cause);
        } else if (finReceived && !shutdownFired) {
            shutdownFired = true;
            if (channel.isActive()) {
                pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                pipeline.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
            channel.closeIfFinished();
        }
    }

    private void giveBack() {
        if (taken >= GIVE_BACK && !finReceived && reset == null) {
            mux.giveBack(this);
        }
    }

    /** {@return credit to give back now, 0 when the stream needs none any more} */
    int takeCredit() {
        int bytes = taken;
        if (finReceived || reset != null || bytes < GIVE_BACK) {
            return 0;
        }
        taken = 0;
        credit += bytes;
        return bytes;
    }

    MuxStreamChannel channel() {
        return channel;
    }
}
