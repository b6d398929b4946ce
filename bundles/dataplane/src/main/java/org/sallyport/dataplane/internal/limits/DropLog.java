// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.sallyport.api.DestinationId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator that datagrams of a destination found no room, in a line every {@value #SECONDS} s at most. Safe for
 * every thread.
 */
public final class DropLog {
    static final long SECONDS = 30;
    private static final Logger LOG = LoggerFactory.getLogger(DropLog.class);

    private final LongSupplier nanos;
    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong tellAt;

    public DropLog() {
        this(System::nanoTime);
    }

    DropLog(LongSupplier nanos) {
        this.nanos = nanos;
        tellAt = new AtomicLong(nanos.getAsLong());
    }

    /**
     * Datagrams were dropped.
     *
     * @param destination whose
     * @param count how many
     */
    public void dropped(DestinationId destination, int count) {
        long told = spend(count);
        if (told > 0) {
            LOG.info("destination {}: {} datagrams were dropped, for want of room or of a client", destination, told);
        }
    }

    /** {@return how many are to be told of now; 0: none yet} */
    long spend(int count) {
        long all = untold.addAndGet(count);
        long now = nanos.getAsLong();
        long due = tellAt.get();
        if (now - due < 0 || !tellAt.compareAndSet(due, now + TimeUnit.SECONDS.toNanos(SECONDS))) {
            return 0;
        }
        untold.addAndGet(-all);
        return all;
    }
}
