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

/**
 * The receiving half of a stream: bytes go straight into the pipeline while somebody reads, else they wait here, at most a
 * window of them. What ends the stream comes after them. Credit is given back for what was taken, and more than that when
 * the window proves too small for the path (see {@link TunnelMemory}).
 *
 * <p>On the connection's event loop.
 */
final class StreamInbound {
    private static final int MESSAGES_A_READ = 16;
    private static final long RESET_SECONDS = 5;

    /** Pieces up to this size are copied together when they have to wait. */
    private static final int SMALL = 4096;

    /** A larger piece is copied too when the buffer that it is a piece of is more than so many times as large. */
    private static final int PINNED = 2;

    private static final int FIRST_ROOM = 256;
    private static final int MOST_ROOM = 16_384;

    /** Of the mux: in its list of those that give credit back. */
    boolean giving;

    // of the tunnel's memory: what the peer may send before anything is taken, at first and now; whether it needs more
    int beginning;
    int window;
    boolean competing;

    private final MuxStreamChannel channel;
    private final Mux mux;

    /** What the peer may still send. */
    private long credit;

    private int taken;

    /** Bytes that were taken, but whoever took them still has them. */
    private int withheld;

    /** What was taken of the present half of the window, when that began, and when the half before it did, if there was one. */
    private int taking;

    private long takingSince;
    private long takingBefore;
    private boolean halfTaken;
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

    /** On the event loop, before a frame of it leaves or comes. */
    void begin() {
        beginning = mux.memory().initial();
        window = beginning;
        credit = beginning;
        takingSince = mux.nanoTime();
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
        mux.memory().hold(channel, bytes);
        if (bytes > SMALL && mux.arrivals().readingFrom() <= (long) PINNED * bytes) {
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

    /** The tunnel is lost, and with it what waits here; told at the end of the burst. */
    void lose(StreamResetException cause) {
        if (reset == null) {
            reset = cause;
            release();
            touch();
        }
    }

    private void resetNow() {
        release();
        touch();
        mux.arrivals().endReads();
    }

    private void touch() {
        if (!touched) {
            touched = true;
            mux.arrivals().touched(this);
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
            int bytes = 0;
            for (ByteBuf data = queue.poll(); data != null; data = queue.poll()) {
                bytes += data.readableBytes();
                data.release();
            }
            taken += bytes;
            if (bytes > 0) {
                mux.memory().hold(channel, -bytes);
            }
        }
    }

    void close() {
        discard();
        if (withheld > 0) {
            mux.memory().hold(channel, -withheld);
            withheld = 0;
        }
        mux.memory().closed(this);
        Future<?> timer = resetTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    void beginRead() {
        readPending = true;
        if ((!isEmpty() || finUntold()) && !draining) {
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
        for (int left = MESSAGES_A_READ; queue != null && left > 0 && readPending; left--) {
            ByteBuf data = queue.poll();
            if (data == null) {
                break;
            }
            if (queue.isEmpty()) {
                // it is the reader's now
                gathering = null;
            }
            mux.memory().hold(channel, -data.readableBytes());
            deliver(data);
        }
        endRead();
        mux.departures().flushLater();
    }

    /** So many of the bytes that were taken wait elsewhere; until they don't, no credit is given back for them. */
    void withhold(int bytes) {
        int change = bytes - withheld;
        if (change != 0) {
            withheld = bytes;
            mux.memory().hold(channel, change);
            if (change < 0) {
                giveBack();
            }
        }
    }

    private void deliver(ByteBuf data) {
        int bytes = data.readableBytes();
        taken += bytes;
        delivered = true;
        mux.arrivals().received(channel.streamId(), bytes);
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
        } else if (finUntold() && (pipeline.first() != null || !channel.isActive())) {
            shutdownFired = true;
            if (channel.isActive()) {
                pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                pipeline.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
            channel.closeIfFinished();
        }
    }

    /** An acceptor may set the pipeline up later; until somebody is there to be told, the end waits like a byte. */
    private boolean finUntold() {
        return finReceived && !shutdownFired;
    }

    private void giveBack() {
        if (taken - withheld >= TunnelMemory.step(window) && !finReceived && reset == null) {
            mux.departures().giveBack(this);
        }
    }

    /** {@return credit to give back now, 0 when the stream needs none any more} */
    int takeCredit() {
        int bytes = taken - withheld;
        if (finReceived || reset != null || bytes < TunnelMemory.step(window)) {
            return 0;
        }
        taken = withheld;
        taking += bytes;
        if (taking >= window / 2) {
            long now = mux.nanoTime();
            // what a window loses is kept back of what was taken
            int change = mux.memory().resize(this, now, halfTaken ? now - takingBefore : Long.MAX_VALUE, bytes - 1);
            taking = 0;
            halfTaken = true;
            takingBefore = takingSince;
            takingSince = now;
            window += change;
            bytes += change;
        }
        credit += bytes;
        return bytes;
    }

    MuxStreamChannel channel() {
        return channel;
    }
}
