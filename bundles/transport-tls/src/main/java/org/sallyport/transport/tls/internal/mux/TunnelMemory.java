// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.TunnelProtocol;

/**
 * What the streams of one connection hold, and how large their windows are.
 *
 * <h2>Windows</h2>
 *
 * A window that is used up faster than credit can come back is too small for the path: when all of it was read within four
 * round trips, it doubles. All, because halves come together: what had to wait for its turn at the other end arrives at
 * once, and would make windows larger that are not too small, some more than others. All that grows shares the tunnel's
 * budget equally, so a stream that has more than its share, because others began to grow after it, gives it up as it goes
 * on. The round trip is the shortest of the last half minute: a longer one has our own queues in it, and windows that
 * follow those would make them longer yet.
 *
 * <p>Under load the queues decide, and then what a stream gets is as much as its window is. So a window also grows when all of
 * it was read at least as fast as all of the tunnel's widest: the streams that carry as much as they can have windows of one
 * size, that of the first which grew.
 *
 * <h2>Bytes held</h2>
 *
 * Streams that hold bytes are in a list, in the order in which they last moved. Its first is what {@link ProcessMemory}
 * resets when this process holds too much.
 *
 * <p>On the connection's event loop, except where a method says otherwise.
 */
final class TunnelMemory implements ProcessMemory.Holder {
    /** Credit is given back in halves of the window, but for larger ones earlier: so a sender is never without. */
    private static final int MOST_STEP = 131_072;

    /** Round trips shorter than this are not what bounds a stream. */
    private static final long LEAST_RTT_NANOS = 100_000;

    private final EventLoop loop;
    private final Liveness liveness;
    private final WindowLimits limits;
    private final ProcessMemory process;

    /** What takes longer to read a window is held up by its reader, and nobody follows it. */
    private static final long FAST_NANOS = 50_000_000;

    /** After that a stream that has not gone on is no longer what others follow. */
    private static final long FOLLOWED_NANOS = 1_000_000_000;

    private int initial = TunnelProtocol.INITIAL_WINDOW;
    private long grown;
    private int competing;

    /** The widest window of those who are fast, how long all of it took to be read, and when that was. */
    private int widest;

    private long widestTook;
    private long widestAt;

    private long held;
    private volatile long told;
    private volatile long publishedGrown;
    private volatile long publishedSince = Long.MAX_VALUE;
    private @Nullable MuxStreamChannel oldest;
    private @Nullable MuxStreamChannel newest;

    TunnelMemory(EventLoop loop, Liveness liveness, WindowLimits limits, ProcessMemory process) {
        this.loop = loop;
        this.liveness = liveness;
        this.limits = limits;
        this.process = process;
    }

    void start() {
        process.join(this);
    }

    void stop() {
        process.leave(this);
        publish();
    }

    // ------------------------------------------------------------------ windows

    /** Both ends begin new streams with the smaller window. */
    void agree() {
        initial = TunnelProtocol.AGREED_WINDOW;
        liveness.measure();
    }

    /** {@return credit of a stream in either direction when it begins, in bytes} */
    int initial() {
        return initial;
    }

    /** {@return after how many bytes credit is given back for a window} */
    static int step(int window) {
        return Math.min(window / 2, MOST_STEP);
    }

    /**
     * Half of a stream's window was read.
     *
     * @param now of the clock
     * @param took nanoseconds that all of it took, this half and the one before
     * @param mostLess bytes by which the window can become smaller now
     * @return bytes by which it changes, negative when it has more than its share
     */
    int resize(StreamInbound stream, long now, long took, int mostLess) {
        int beyond = stream.window - stream.beginning;
        long rtt = liveness.shortestRttNanos();
        boolean wants = rtt >= 0 && (took < 4 * Math.max(rtt, LEAST_RTT_NANOS) || follows(stream, now, took));
        compete(stream, wants || beyond > 0);
        long share = Math.min(limits.most(), stream.beginning + limits.tunnel() / Math.max(1, competing));
        if (stream.window > share) {
            int less = (int) Math.min(Math.min(beyond, mostLess), stream.window - share);
            grow(-less);
            return -less;
        }
        long left = Math.min(limits.tunnel() - grown, share - stream.window);
        int more = (int) Math.min(stream.window, left);
        if (!wants || more <= 0 || !process.mayGrow(more)) {
            return 0;
        }
        grow(more);
        return more;
    }

    /** {@return whether a stream is as fast as that with the widest window, with a smaller one} */
    private boolean follows(StreamInbound stream, long now, long took) {
        if (took < FAST_NANOS && (stream.window >= widest || now - widestAt > FOLLOWED_NANOS)) {
            widest = stream.window;
            widestTook = took;
            widestAt = now;
        }
        return stream.window < widest && took <= widestTook;
    }

    private void compete(StreamInbound stream, boolean competes) {
        if (competes != stream.competing) {
            stream.competing = competes;
            competing += competes ? 1 : -1;
        }
    }

    private void grow(long bytes) {
        grown += bytes;
        publishedGrown = grown;
        process.grow(bytes);
    }

    /** A stream is over. */
    void closed(StreamInbound stream) {
        compete(stream, false);
        if (stream.window > stream.beginning) {
            grow((long) stream.beginning - stream.window);
            stream.window = stream.beginning;
        }
    }

    /** {@return bytes that windows have beyond what streams begin with; on any thread} */
    long grown() {
        return publishedGrown;
    }

    // ------------------------------------------------------------------ bytes held

    /** {@return bytes that its streams hold, as the process was told last; on any thread} */
    long held() {
        return told;
    }

    /** Keeps the bound of the process where it has become less, or has been near for long, though nothing comes and goes. */
    void tick() {
        process.relieve(loop.ticker().nanoTime());
    }

    /** {@return whether this process holds so much that no stream may begin} */
    boolean full() {
        return process.full();
    }

    String fullness() {
        return "this process holds " + process.held() + " bytes for readers that do not read, its bound is "
                + process.most();
    }

    /** A stream holds more bytes, or less; the control stream, which nobody would reset, does not count. */
    void hold(MuxStreamChannel stream, int bytes) {
        if (stream.isControl()) {
            return;
        }
        held += bytes;
        int before = stream.held;
        int after = before + bytes;
        stream.held = after;
        if (before == 0 || bytes < 0) {
            if (before > 0) {
                unlink(stream);
            }
            if (after > 0) {
                link(stream);
            }
        }
    }

    private void link(MuxStreamChannel stream) {
        MuxStreamChannel last = newest;
        stream.movedAt = liveness.now();
        stream.older = last;
        newest = stream;
        if (last == null) {
            oldest = stream;
        } else {
            last.newer = stream;
        }
    }

    private void unlink(MuxStreamChannel stream) {
        MuxStreamChannel before = stream.older;
        MuxStreamChannel after = stream.newer;
        stream.older = null;
        stream.newer = null;
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
    }

    /** The end of a turn: lets the process know. */
    void publish() {
        MuxStreamChannel first = oldest;
        long since = first == null ? Long.MAX_VALUE : first.movedAt;
        if (since != publishedSince) {
            publishedSince = since;
        }
        long change = held - told;
        if (change != 0) {
            told = held;
            process.hold(change);
        }
    }

    @Override
    public long unmovedSince() {
        return publishedSince;
    }

    @Override
    public void shed(Runnable done) {
        try {
            loop.execute(() -> {
                try {
                    shedOldest();
                } finally {
                    done.run();
                }
            });
        } catch (RejectedExecutionException stopped) {
            process.leave(this);
            done.run();
        }
    }

    private void shedOldest() {
        MuxStreamChannel stream = oldest;
        if (stream != null) {
            int bytes = stream.held;
            process.reset(stream + " with " + bytes + " bytes");
            stream.fail(new StreamResetException(
                    StreamResetException.Kind.MEMORY,
                    "its reader does not read, and this process holds as much for such streams as it may"));
        }
        publish();
    }
}
