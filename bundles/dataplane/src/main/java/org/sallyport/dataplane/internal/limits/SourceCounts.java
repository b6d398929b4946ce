// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntSupplier;

/**
 * How many of something each source has at once; only those that have some are kept. A source is an IPv4 address or an IPv6
 * network of 64 bits. Safe for every thread.
 */
public final class SourceCounts {
    private final IntSupplier most;
    private final ConcurrentMap<Long, Integer> counts = new ConcurrentHashMap<>();

    /**
     * @param most how many one source may have; it may change
     */
    public SourceCounts(IntSupplier most) {
        this.most = most;
    }

    /** {@return whether this source may have one more; if so it is taken, and {@link #give} must follow} */
    public boolean take(InetAddress source) {
        Long key = ArrivalRates.network(source);
        int bound = most.getAsInt();
        while (true) {
            Integer seen = counts.get(key);
            if (seen == null) {
                if (counts.putIfAbsent(key, 1) == null) {
                    return true;
                }
            } else if (seen >= bound) {
                return false;
            } else if (counts.replace(key, seen, seen + 1)) {
                return true;
            }
        }
    }

    /** Gives one back. */
    public void give(InetAddress source) {
        counts.computeIfPresent(ArrivalRates.network(source), (key, seen) -> seen == 1 ? null : seen - 1);
    }

    /** {@return how many one source may have} */
    public int most() {
        return most.getAsInt();
    }

    /** {@return how many sources have some} */
    int sources() {
        return counts.size();
    }
}
