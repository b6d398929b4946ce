// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the streams of all tunnels of this process hold: bytes that came and nobody has taken yet, and bytes that wait for
 * credit. Near its bound windows stop growing (at {@value #TIGHT} %), streams are refused (at {@value #FULL} %), and at the
 * bound those that have not moved for longest are reset, until it is kept; all others go on. So that readers that do not read
 * keep nobody out for good, those that have not moved for {@value #PATIENCE_SECONDS} s are reset while streams are refused,
 * until windows may grow again.
 *
 * <p>Bytes held are counted, not credit given: most windows are never used up, and a bound on their sum would make long
 * paths slow for nothing.
 *
 * <p>Safe for every thread.
 */
public final class ProcessMemory {
    static final int TIGHT = 80;
    static final int FULL = 90;
    static final long PATIENCE_SECONDS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);
    private static final long LOG_INTERVAL = TimeUnit.SECONDS.toNanos(30);

    /** A tunnel that holds bytes for its streams. */
    interface Holder {
        /** {@return nanoseconds of the clock when its longest unmoved stream last moved; {@link Long#MAX_VALUE}: it has none} */
        long unmovedSince();

        /**
         * Resets its longest unmoved stream, on its own thread.
         *
         * @param done to be run after that, whatever happened
         */
        void shed(Runnable done);
    }

    private final AtomicLong held = new AtomicLong();
    private final AtomicLong grown = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final AtomicBoolean shedding = new AtomicBoolean();
    private final AtomicLong lastLine = new AtomicLong(System.nanoTime() - LOG_INTERVAL);
    private final AtomicLong untold = new AtomicLong();
    private final Set<Holder> holders = ConcurrentHashMap.newKeySet();
    private final LongSupplier most;

    /** What has not moved since then makes room for others; of the clock of {@link Holder#unmovedSince}. */
    private volatile long relieving;

    private volatile boolean relieves;

    /**
     * @param most bytes, more than 0
     */
    public ProcessMemory(long most) {
        this(() -> most);
    }

    /**
     * @param most bytes, more than 0; when it becomes less, what is beyond it is reset within about a second
     */
    public ProcessMemory(LongSupplier most) {
        this.most = most;
    }

    /** {@return the bound, in bytes} */
    public long most() {
        return most.getAsLong();
    }

    /** {@return bytes held now} */
    public long held() {
        return held.get();
    }

    /** {@return bytes that windows have beyond what streams begin with} */
    public long grown() {
        return grown.get();
    }

    /** {@return how many streams were reset to keep the bound} */
    public long resets() {
        return resets.get();
    }

    /** {@return whether no window may grow now} */
    boolean tight() {
        return held.get() >= most() / 100 * TIGHT;
    }

    /** {@return whether no stream may begin now} */
    public boolean full() {
        return held.get() >= most() / 100 * FULL;
    }

    private boolean over() {
        return held.get() >= most();
    }

    /**
     * Looks whether streams are refused, and makes room for them; to be called about once a second.
     *
     * @param now of the clock of {@link Holder#unmovedSince}
     */
    void relieve(long now) {
        if (full()) {
            relieving = now - TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            relieves = true;
        } else if (!tight()) {
            relieves = false;
        }
        shed();
    }

    void join(Holder holder) {
        holders.add(holder);
    }

    void leave(Holder holder) {
        holders.remove(holder);
    }

    /** Holds more, or less. */
    void hold(long bytes) {
        if (held.addAndGet(bytes) >= most() && bytes > 0) {
            shed();
        }
    }

    /** {@return whether windows may grow by so many bytes} */
    boolean mayGrow(long bytes) {
        return !tight() && grown.get() + bytes <= most();
    }

    /** Windows have become larger, or smaller. */
    void grow(long bytes) {
        grown.addAndGet(bytes);
    }

    /** A stream was reset to keep the bound. */
    void reset(String what) {
        resets.incrementAndGet();
        untold.incrementAndGet();
        long last = lastLine.get();
        long now = System.nanoTime();
        if (now - last >= LOG_INTERVAL && lastLine.compareAndSet(last, now)) {
            LOG.warn(
                    "memory: {} streams were reset, at last {}: {} bytes are held for readers that do not read, the bound"
                            + " is {}",
                    untold.getAndSet(0),
                    what,
                    held.get(),
                    most());
        }
    }

    /** Resets what is too much, if anything is: one stream after the other, so that none is reset too many. */
    private void shed() {
        if (!(over() || (relieves && tight())) || !shedding.compareAndSet(false, true)) {
            return;
        }
        Holder oldest = oldest();
        if (oldest == null || !(over() || oldest.unmovedSince() - relieving < 0)) {
            shedding.set(false);
            return;
        }
        oldest.shed(() -> {
            shedding.set(false);
            shed();
        });
    }

    private @Nullable Holder oldest() {
        Holder oldest = null;
        long since = Long.MAX_VALUE;
        for (Holder each : holders) {
            long its = each.unmovedSince();
            if (its != Long.MAX_VALUE && (oldest == null || its - since < 0)) {
                oldest = each;
                since = its;
            }
        }
        return oldest;
    }
}
