// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes a second all connections of a destination carry one way. What was carried is charged afterwards, as the time
 * at which it is paid for, and whoever carried it waits for that time: so connections take turns in the order in which they
 * carried something, whatever loops they are on, and none waits longer for the others than one turn of each.
 *
 * <p>Safe for every thread. While there is no limit, one field is read and nothing else is done.
 */
public final class ByteRate {
    /** Of connections that nobody limits at this end. */
    public static final ByteRate UNLIMITED = new ByteRate();

    /** The most that one connection carries in a turn. */
    static final int MOST_TURN = 128 * 1024;

    static final int LEAST_TURN = 1024;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    /** What was not used of this time may be carried at once. */
    private static final long AHEAD = TimeUnit.MILLISECONDS.toNanos(50);

    /** As each connection may be a turn ahead, turns are short. */
    private static final long TURN = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long MOST_DEBT = TimeUnit.SECONDS.toNanos(60);

    private final AtomicLong paidAt = new AtomicLong();
    private volatile long perSecond;
    private volatile int turn = MOST_TURN;
    private final AtomicInteger changes = new AtomicInteger();

    /**
     * Sets the limit; debts of the one before are forgiven. On the control loop.
     *
     * @param bytes a second; 0: none
     * @param now of the clock
     */
    public void limit(long bytes, long now) {
        if (bytes == perSecond) {
            return;
        }
        paidAt.set(now);
        turn = bytes == 0 ? MOST_TURN : (int) Math.max(LEAST_TURN, Math.min(MOST_TURN, bytes / (SECOND / TURN)));
        perSecond = bytes;
        changes.incrementAndGet();
    }

    /** {@return whether there is a limit} */
    public boolean isLimited() {
        return perSecond > 0;
    }

    /** {@return a number that another limit makes another} */
    public int changes() {
        return changes.get();
    }

    /** {@return how many bytes a connection should carry at once} */
    public int turn() {
        return turn;
    }

    /**
     * Charges bytes that a connection has carried.
     *
     * @param now of the clock
     * @param bytes carried
     * @return nanoseconds until it may carry more, 0 when it may now
     */
    public long charge(long now, long bytes) {
        long rate = perSecond;
        if (rate == 0) {
            return 0;
        }
        long cost = Math.min(MOST_DEBT, Math.min(bytes, Integer.MAX_VALUE) * SECOND / rate);
        long seen = paidAt.get();
        long next = owed(seen, now, cost);
        while (!paidAt.compareAndSet(seen, next)) {
            seen = paidAt.get();
            next = owed(seen, now, cost);
        }
        return Math.max(0, next - now);
    }

    private static long owed(long paidAt, long now, long cost) {
        long from = paidAt - now < -AHEAD ? now - AHEAD : paidAt;
        return Math.min(from - now + cost, MOST_DEBT) + now;
    }

    /** {@return nanoseconds until one that has carried nothing yet may begin, 0 when it may now} */
    public long delay(long now) {
        return perSecond == 0 ? 0 : Math.max(0, paidAt.get() - now);
    }
}
