// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much somebody is ahead of a rate, as the time at which all that was taken is paid for. A second's worth may be taken at
 * once. What can't be refused, because it has happened already, is taken beyond that, and whoever did so waits for longer,
 * {@value #MOST_SECONDS} s at most. Safe for every thread.
 */
public final class Debt {
    static final int MOST_SECONDS = 30;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST = (1 + MOST_SECONDS) * SECOND;

    private final AtomicLong paidAt;

    /**
     * @param now of the clock that is used from now on, in nanoseconds
     */
    public Debt(long now) {
        paidAt = new AtomicLong(now - MOST);
    }

    /**
     * Takes one.
     *
     * @param now of the clock
     * @param perSecond the rate; 0: not bounded, and nothing is taken
     */
    public void take(long now, int perSecond) {
        if (perSecond > 0) {
            long seen = paidAt.get();
            while (!paidAt.compareAndSet(seen, taken(seen, now, perSecond))) {
                seen = paidAt.get();
            }
        }
    }

    /**
     * Asks whether one may be taken.
     *
     * @param now of the clock
     * @param perSecond the rate; 0: not bounded
     * @return nanoseconds to wait, 0 when it may be taken now
     */
    public long delay(long now, int perSecond) {
        return delay(paidAt.get(), now, perSecond);
    }

    /** {@return whether one was taken in the last second, more or less} */
    boolean isRecent(long now) {
        return paidAt.get() - now > -SECOND;
    }

    static long taken(long paidAt, long now, int perSecond) {
        long from = paidAt - now < 0 ? now : paidAt;
        long next = from + SECOND / perSecond;
        return next - now > MOST ? now + MOST : next;
    }

    static long delay(long paidAt, long now, int perSecond) {
        // at a rate of one a second the first is a second's worth
        return perSecond == 0 ? 0 : Math.max(0, paidAt - now - SECOND + SECOND / perSecond);
    }
}
