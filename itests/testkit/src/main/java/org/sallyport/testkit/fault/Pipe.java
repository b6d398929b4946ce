// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sallyport.testkit.fault.Faults.Flow;

/**
 * One direction of one connection: a queue of what is under way between a socket that is read and one that is written.
 *
 * <p>Each chunk is due when it has been under way for its time, and never before one that came earlier. Reading stops while the
 * memory of the queue is more than may be held; what it is more than that is one read at most. Bytes that fit badly into their
 * buffers are moved to smaller ones, so that what is held is mostly bytes. All of it happens on the loop of the proxy.
 */
final class Pipe {
    /** A buffer that is filled by less than a part of this is replaced. */
    private static final int WASTE = 4;

    /** What a chunk takes besides its buffer. */
    private static final int OVERHEAD = 256;

    /** With a limited rate bytes leave in parts of so many to the second, to be seen as a stream. */
    private static final int PARTS_A_SECOND = 500;

    /** So much of the rate may be made up for when the timer comes late. */
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Pieces that are sent before others of the loop have a turn. */
    private static final int PIECES_A_TURN = 64;

    /** Who has the sockets. */
    interface Ends {
        /** What was sent has arrived up to its end. */
        void arrived(Ending how);

        /** It is cut here. */
        void cut(Cut cut);
    }

    private record Chunk(@Nullable ByteBuf bytes, @Nullable Ending end, long due, long cost) {}

    private final Channel source;
    private final Channel target;
    private final Ends ends;
    private final EventLoop loop;
    private final RandomGenerator random;
    private final Deque<Chunk> queue = new ArrayDeque<>();
    private Faults faults;
    private long lastDue;
    private long nextAtRate;
    private long held;
    private long carried;
    private boolean broken;
    private boolean ended;
    private boolean delivering;
    private boolean again;
    private int finishing;
    private @Nullable Future<?> wake;
    private long wakeAt;

    Pipe(Channel source, Channel target, Ends ends, RandomGenerator random, Faults faults) {
        this.source = source;
        this.target = target;
        this.ends = ends;
        this.random = random;
        this.faults = faults;
        loop = target.eventLoop();
        lastDue = now();
        nextAtRate = lastDue;
    }

    Faults faults() {
        return faults;
    }

    long carried() {
        return carried;
    }

    long held() {
        return held;
    }

    /** {@return whether the source has said its end} */
    boolean ended() {
        return ended;
    }

    /** {@return whether the target's system has yet to take what was written before an end} */
    boolean finishing() {
        return finishing > 0;
    }

    private long now() {
        return loop.ticker().nanoTime();
    }

    /** Does otherwise from now on. */
    void obey(Faults next) {
        faults = next;
        if (faults.flow() == Flow.SWALLOWED && !queue.isEmpty()) {
            breakOff();
        }
        deliver();
    }

    /** Loses what is under way, and all that comes later. */
    void breakOff() {
        broken = true;
        held = 0;
        for (Chunk chunk = queue.poll(); chunk != null; chunk = queue.poll()) {
            if (chunk.bytes() != null) {
                chunk.bytes().release();
            }
        }
        if (wake != null) {
            wake.cancel(false);
            wake = null;
        }
    }

    private boolean swallows() {
        broken |= faults.flow() == Flow.SWALLOWED;
        return broken;
    }

    /** Takes what was read; it is released here. */
    void take(ByteBuf bytes) {
        if (swallows()) {
            bytes.release();
            return;
        }
        ByteBuf kept = fitting(bytes);
        add(kept, null, kept.capacity());
    }

    private ByteBuf fitting(ByteBuf bytes) {
        if (bytes.readableBytes() >= bytes.capacity() / WASTE) {
            return bytes;
        }
        ByteBuf smaller = target.alloc().directBuffer(bytes.readableBytes());
        smaller.writeBytes(bytes);
        bytes.release();
        return smaller;
    }

    /** Takes the end of what is sent, which is under way as long as bytes are. */
    void takeEnd(Ending how) {
        ended = true;
        if (!swallows()) {
            add(null, how, 0);
        }
    }

    private void add(@Nullable ByteBuf bytes, @Nullable Ending end, long size) {
        long jitter = faults.jitter().toNanos();
        long due = now() + faults.delay().toNanos() + (jitter == 0 ? 0 : random.nextLong(jitter + 1));
        if (due - lastDue < 0) {
            due = lastDue;
        }
        lastDue = due;
        long cost = size + OVERHEAD;
        held += cost;
        queue.add(new Chunk(bytes, end, due, cost));
        deliver();
    }

    /** Delivers what is due as far as the target takes it, and reads on or stops reading. */
    void deliver() {
        again = true;
        if (delivering) {
            return; // called by what a flush called
        }
        delivering = true;
        try {
            while (again) {
                again = false;
                deliverDue();
                target.flush();
            }
        } finally {
            delivering = false;
        }
        source.config().setAutoRead(faults.flow() != Flow.FROZEN && held < faults.hold());
    }

    private void deliverDue() {
        for (int pieces = 0; ; pieces++) {
            Cut cut = faults.cut();
            if (cut != null && !broken && cut.room(carried) == 0) {
                target.flush();
                cut.happens();
                ends.cut(cut);
                return;
            }
            Chunk head = queue.peek();
            if (head == null || faults.flow() == Flow.STALLED) {
                return;
            }
            long wait = wait(head);
            if (wait > 0) {
                wakeIn(wait);
                return;
            }
            if (head.end() != null) {
                done();
                ends.arrived(head.end());
                return;
            }
            if (!target.isWritable()) {
                target.flush();
                if (!target.isWritable()) {
                    return;
                }
            }
            if (pieces == PIECES_A_TURN) {
                loop.execute(this::deliver);
                return;
            }
            deliver(head);
        }
    }

    private long wait(Chunk head) {
        long now = now();
        long wait = head.due() - now;
        return faults.rate() > 0 && head.bytes() != null ? Math.max(wait, nextAtRate - now) : wait;
    }

    private void deliver(Chunk head) {
        ByteBuf bytes = head.bytes();
        if (bytes == null) {
            throw new IllegalStateException("an end has no bytes");
        }
        int length = piece(bytes.readableBytes());
        if (length == bytes.readableBytes()) {
            done();
            write(bytes);
        } else {
            write(bytes.readRetainedSlice(length));
        }
        carried += length;
        if (faults.chop() > 0) {
            target.flush();
        }
        if (faults.rate() > 0) {
            long earliest = now() - LATE_NANOS;
            long from = nextAtRate - earliest < 0 ? earliest : nextAtRate;
            nextAtRate = from + length * TimeUnit.SECONDS.toNanos(1) / faults.rate();
        }
    }

    private int piece(int length) {
        long most =
                faults.cut() == null ? length : Math.min(length, faults.cut().room(carried));
        if (faults.rate() > 0) {
            most = Math.min(most, Math.max(1, faults.rate() / PARTS_A_SECOND));
        }
        if (faults.chop() > 0) {
            most = Math.min(most, random.nextInt(faults.chop()) + 1);
        }
        return (int) most;
    }

    /** The head of the queue is out of it. */
    private void done() {
        held -= queue.remove().cost();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel, which says all that there is to say
    private void write(ByteBuf bytes) {
        target.write(bytes, target.voidPromise());
    }

    /** Does something when the target's system has taken all that was written. */
    void afterWhatWasWritten(Runnable next) {
        finishing++;
        target.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            finishing--;
            next.run();
        });
    }

    private void wakeIn(long nanos) {
        long at = now() + nanos;
        if (wake != null) {
            if (at - wakeAt >= 0) {
                return;
            }
            wake.cancel(false);
        }
        wakeAt = at;
        wake = loop.schedule(this::woken, nanos, TimeUnit.NANOSECONDS);
    }

    private void woken() {
        wake = null;
        deliver();
    }
}
