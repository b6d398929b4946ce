// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What one destination carried at this end since it was applied. Bytes are added once for each burst of reads. Safe for
 * every thread.
 */
public final class Traffic {
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder total = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    /**
     * A connection wants to begin.
     *
     * @param most how many may be open at once; 0: no limit
     * @return whether it may; if so, {@link #ended} must follow
     */
    public boolean begin(int most) {
        int seen = open.get();
        while (most == 0 || seen < most) {
            if (open.compareAndSet(seen, seen + 1)) {
                total.increment();
                return true;
            }
            seen = open.get();
        }
        return false;
    }

    /** A connection that began is over. */
    public void ended() {
        open.decrementAndGet();
    }

    public void refused() {
        refused.increment();
    }

    /**
     * Bytes went through.
     *
     * @param in whether they come from the application
     * @param count how many
     */
    public void carried(boolean in, long count) {
        (in ? bytesIn : bytesOut).add(count);
    }

    /** Datagrams found no room. */
    public void dropped(int count) {
        dropped.add(count);
    }

    public long dropped() {
        return dropped.sum();
    }

    public long open() {
        return open.get();
    }

    public long total() {
        return total.sum();
    }

    public long refusals() {
        return refused.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }
}
