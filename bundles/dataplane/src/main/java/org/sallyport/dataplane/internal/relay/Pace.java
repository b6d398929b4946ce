// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.limits.ByteRate;

/**
 * Says when one end of a relay rests because the bandwidth of its destination is used up. The end stops reading then, so that
 * its peer is held up by flow control and nothing is queued, and goes on when its turn comes or the limit is another.
 *
 * <p>On the end's loop, except where a method says otherwise.
 */
final class Pace {
    /** A rest is looked after so often, in case the limit was changed. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ByteRate rate;
    private final EventLoop loop;
    private final Runnable goOn;
    private volatile boolean resting;
    private @Nullable Future<?> alarm;
    private long until;
    private int changes;

    /**
     * @param rate of the destination, one way
     * @param loop of the end
     * @param goOn is run when a rest is over
     */
    Pace(ByteRate rate, EventLoop loop, Runnable goOn) {
        this.rate = rate;
        this.loop = loop;
        this.goOn = goOn;
    }

    /** {@return whether there is a limit now; on every thread} */
    boolean isLimited() {
        return rate.isLimited();
    }

    /** {@return whether nothing is to be read; on every thread} */
    boolean isResting() {
        return resting;
    }

    /** A connection wants to begin, and has carried nothing yet. {@return whether it has to rest} */
    boolean begin() {
        if (rate.isLimited() && !resting) {
            restFor(rate.delay(loop.ticker().nanoTime()));
        }
        return resting;
    }

    /** Bytes were carried. {@return whether the end has to rest} */
    boolean carried(long bytes) {
        if (rate.isLimited()) {
            restFor(rate.charge(loop.ticker().nanoTime(), bytes));
        }
        return resting;
    }

    private void restFor(long nanos) {
        if (nanos > 0) {
            until = loop.ticker().nanoTime() + nanos;
            changes = rate.changes();
            if (!resting) {
                resting = true;
                lookAgainIn(nanos);
            }
        }
    }

    private void lookAgainIn(long nanos) {
        alarm = loop.schedule(this::look, Math.min(nanos, LOOK_NANOS), TimeUnit.NANOSECONDS);
    }

    private void look() {
        long left = until - loop.ticker().nanoTime();
        if (left > 0 && changes == rate.changes()) {
            lookAgainIn(left);
        } else {
            resting = false;
            goOn.run();
        }
    }

    /** The end is gone. */
    void end() {
        Future<?> waiting = alarm;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }
}
