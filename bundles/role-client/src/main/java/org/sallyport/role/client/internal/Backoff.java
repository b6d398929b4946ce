// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long an attachment waits before it is tried again. After a planned drain (the server restarts, or an operator drained
 * this client) every second for two minutes, because the server is expected back at any moment; after a loss 0.5 s doubling
 * to 5 s during the first two minutes, then to 30 s. Each delay varies by a fifth, so that many clients that lost the same
 * server do not come back in step.
 */
final class Backoff {
    /** An attachment that was lost sooner than this after it was attached does not start the delays anew. */
    static final Duration LASTING = Duration.ofSeconds(5);

    private static final long EAGER_NANOS = Duration.ofMinutes(2).toNanos();
    private static final long PLANNED_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long FIRST_NANOS = Duration.ofMillis(500).toNanos();
    private static final long EAGER_MOST_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long MOST_NANOS = Duration.ofSeconds(30).toNanos();
    private static final double VARIATION = 0.2;

    private final RandomGenerator random;
    private boolean planned;
    private long since;
    private long step = FIRST_NANOS;

    /**
     * @param random where the variation comes from
     * @param now the clock when the first try begins, in nanoseconds
     */
    Backoff(RandomGenerator random, long now) {
        this.random = random;
        this.since = now;
    }

    /** The tunnel ended as it was announced. */
    void drained(long now) {
        planned = true;
        since = now;
        step = FIRST_NANOS;
    }

    /**
     * The tunnel was lost.
     *
     * @param attachedFor how long it was attached
     */
    void lost(long now, Duration attachedFor) {
        planned = false;
        if (attachedFor.compareTo(LASTING) >= 0) {
            since = now;
            step = FIRST_NANOS;
        }
    }

    /** {@return how long to wait before the next try, which counts as made} */
    Duration next(long now) {
        boolean eager = now - since < EAGER_NANOS;
        if (planned && eager) {
            return varied(PLANNED_NANOS);
        }
        if (planned) {
            planned = false;
            step = EAGER_MOST_NANOS;
        }
        long delay = step;
        step = Math.min(step * 2, eager ? EAGER_MOST_NANOS : MOST_NANOS);
        return varied(delay);
    }

    /** {@return a delay that the server asked for, at least that and up to a fifth longer} */
    Duration asked(Duration retryAfter) {
        return Duration.ofNanos((long) (retryAfter.toNanos() * (1 + VARIATION * random.nextDouble())));
    }

    private Duration varied(long nanos) {
        return Duration.ofNanos((long) (nanos * (1 - VARIATION + 2 * VARIATION * random.nextDouble())));
    }
}
