// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.sallyport.wire.frame.FrameViolation;
import org.sallyport.wire.frame.GoAwayCode;

/**
 * Counts frames that are of no use: empty DATA, credit of nothing, answers to pings that nobody sent, resets by the
 * opener of streams that carried nothing, and PING beyond 20 a second. A correct end sends few of them; one that sends thousands is closed.
 *
 * <p>On the connection's event loop.
 */
final class FloodCounter {
    private static final long SPAN = TimeUnit.SECONDS.toNanos(10);
    private static final int USELESS_A_SPAN = 10_000;
    private static final int PINGS_A_SPAN = 200;

    private final Ticker ticker;
    private long spanBegan;
    private int useless;
    private int pings;

    FloodCounter(Ticker ticker) {
        this.ticker = ticker;
        spanBegan = ticker.nanoTime();
    }

    void useless() throws FrameViolation.OfConnection {
        beginSpan();
        if (++useless > USELESS_A_SPAN) {
            throw FrameViolation.connection(
                    GoAwayCode.PROTOCOL_ERROR, "more than " + USELESS_A_SPAN + " useless frames within 10 s");
        }
    }

    void ping() throws FrameViolation.OfConnection {
        beginSpan();
        if (++pings > PINGS_A_SPAN) {
            useless();
        }
    }

    private void beginSpan() {
        long now = ticker.nanoTime();
        if (now - spanBegan > SPAN) {
            spanBegan = now;
            useless = 0;
            pings = 0;
        }
    }
}
