// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.sallyport.api.DestinationId;
import org.sallyport.spi.OpenReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator which connections were refused and why: a few lines in a time of one destination, then how many were
 * kept back, so that whoever knocks often does not fill the log. Safe for every thread.
 */
public final class RefusalLog {
    static final int LINES = 5;
    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    /** Returned by {@link #spend} when nothing may be written. */
    static final long SILENT = -1;

    /** How often an operator is told that a destination is at its limit of connections. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int most;
    private final long window;
    private final LongSupplier nanos;
    private long begun;
    private int lines;
    private long keptBack;

    /** {@value #LINES} lines a minute. */
    public RefusalLog() {
        this(LINES, WINDOW_NANOS, System::nanoTime);
    }

    /** {@return one of connections that are too many: a line every 30 s at most, as each says the same} */
    public static RefusalLog ofLimit() {
        return ofLimit(System::nanoTime);
    }

    static RefusalLog ofLimit(LongSupplier nanos) {
        return new RefusalLog(1, LIMIT_NANOS, nanos);
    }

    RefusalLog(int most, long window, LongSupplier nanos) {
        this.most = most;
        this.window = window;
        this.nanos = nanos;
    }

    /**
     * A connection was refused.
     *
     * @param destination which it was for
     * @param source whose it was, fit to be shown
     * @param reply the answer
     */
    public void refused(DestinationId destination, String source, OpenReply reply) {
        long kept = spend();
        if (kept != SILENT) {
            LOG.info(
                    "destination {}: connection from {} refused, {}: {}{}",
                    destination,
                    source,
                    reply.code(),
                    reply.text(),
                    kept == 0 ? "" : " (" + kept + " more were not told)");
        }
    }

    /** {@return how many were kept back since the last line, or {@link #SILENT}} */
    synchronized long spend() {
        long now = nanos.getAsLong();
        if (lines == 0 || now - begun >= window) {
            begun = now;
            lines = 0;
        }
        if (lines == most) {
            keptBack++;
            return SILENT;
        }
        lines++;
        long kept = keptBack;
        keptBack = 0;
        return kept;
    }
}
