// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What befalls the bytes of one direction.
 *
 * @param delay how long each is under way
 * @param jitter up to how much longer, by chance
 * @param rate bytes a second of each connection, 0 for no limit
 * @param hold how much memory the bytes under way of each connection may take
 * @param chop at most so many bytes in one piece, 0 for pieces as they came
 * @param flow whether they move at all
 * @param cut where the connection ends, or null
 */
record Faults(Duration delay, Duration jitter, long rate, long hold, int chop, Flow flow, @Nullable Cut cut) {
    /** 64 MiB: a fifth of a second at more than 300 MB/s. */
    static final long USUAL_HOLD = 64L << 20;

    private static final Duration LONGEST = Duration.ofDays(1);

    static final Faults NONE = new Faults(Duration.ZERO, Duration.ZERO, 0, USUAL_HOLD, 0, Flow.FLOWING, null);

    /** Whether bytes move. */
    enum Flow {
        FLOWING,
        /** Read, up to what may be held, and not delivered. */
        STALLED,
        /** Not read; what was read is delivered. */
        FROZEN,
        /** Read and thrown away. */
        SWALLOWED
    }

    Faults {
        check("delay", delay);
        check("jitter", jitter);
        if (rate < 0) {
            throw new IllegalArgumentException("rate " + rate + ": expected bytes a second, or 0 for no limit");
        }
        if (hold < 1) {
            throw new IllegalArgumentException(
                    "hold " + hold + ": expected how many bytes may be under way, 1 or more");
        }
        if (chop < 0) {
            throw new IllegalArgumentException(
                    "chop " + chop + ": expected the bytes of a piece, or 0 for no chopping");
        }
    }

    private static void check(String name, Duration given) {
        if (given.isNegative() || given.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " " + given + ": expected a duration from 0 to one day");
        }
    }

    Faults withDelay(Duration next) {
        return new Faults(next, jitter, rate, hold, chop, flow, cut);
    }

    Faults withJitter(Duration next) {
        return new Faults(delay, next, rate, hold, chop, flow, cut);
    }

    Faults withRate(long next) {
        return new Faults(delay, jitter, next, hold, chop, flow, cut);
    }

    Faults withHold(long next) {
        return new Faults(delay, jitter, rate, next, chop, flow, cut);
    }

    Faults withChop(int next) {
        return new Faults(delay, jitter, rate, hold, next, flow, cut);
    }

    Faults withFlow(Flow next) {
        return new Faults(delay, jitter, rate, hold, chop, next, cut);
    }

    Faults withCut(Cut next) {
        return new Faults(delay, jitter, rate, hold, chop, flow, next);
    }
}
