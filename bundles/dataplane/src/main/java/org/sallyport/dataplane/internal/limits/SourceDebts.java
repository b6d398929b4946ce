// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The {@link Debt}s of more sources than there is memory for: each has a place in {@value #ROWS} rows, which it may share with
 * others, and the smaller of the two counts. Who meets whom is different in every process, so nobody can choose to share the
 * places of another. Nothing is allocated or forgotten. Safe for every thread.
 */
public final class SourceDebts {
    private static final int ROWS = 2;
    private static final int BITS = 12;
    private static final int WIDTH = 1 << BITS;

    private final long seed = new SecureRandom().nextLong();
    private final AtomicLongArray places = new AtomicLongArray(ROWS * WIDTH);

    /**
     * @param now of the clock that is used from now on, in nanoseconds
     */
    public SourceDebts(long now) {
        for (int place = 0; place < places.length(); place++) {
            places.set(place, now);
        }
    }

    /** Takes one for a source, as {@link Debt#take} does. */
    void take(long source, long now, int perSecond) {
        if (perSecond > 0) {
            long mixed = mix(source ^ seed);
            for (int row = 0; row < ROWS; row++) {
                int place = place(mixed, row);
                long seen = places.get(place);
                while (!places.compareAndSet(place, seen, Debt.taken(seen, now, perSecond))) {
                    seen = places.get(place);
                }
            }
        }
    }

    /** {@return how long a source has to wait, as {@link Debt#delay} tells} */
    long delay(long source, long now, int perSecond) {
        long mixed = mix(source ^ seed);
        long wait = Long.MAX_VALUE;
        for (int row = 0; row < ROWS; row++) {
            wait = Math.min(wait, Debt.delay(places.get(place(mixed, row)), now, perSecond));
        }
        return wait;
    }

    private static int place(long mixed, int row) {
        return row * WIDTH + (int) ((mixed >>> (row * BITS)) & (WIDTH - 1));
    }

    /** Spreads what differs in a few bits over all of them (the last steps of MurmurHash3). */
    static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
