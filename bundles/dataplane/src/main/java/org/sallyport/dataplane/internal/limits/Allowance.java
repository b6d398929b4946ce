// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Something of which there is so much and no more: dials, bytes, connections. Safe for every thread. */
public final class Allowance {
    private final LongSupplier most;
    private final AtomicLong taken = new AtomicLong();

    /**
     * @param most how much there is; it may change
     */
    public Allowance(LongSupplier most) {
        this.most = most;
    }

    /** {@return whether so much was left; if so it is taken, and {@link #give} must follow} */
    public boolean take(long amount) {
        long seen = taken.get();
        long bound = most.getAsLong();
        while (seen + amount <= bound) {
            if (taken.compareAndSet(seen, seen + amount)) {
                return true;
            }
            seen = taken.get();
        }
        return false;
    }

    /** Gives back what was taken. */
    public void give(long amount) {
        taken.addAndGet(-amount);
    }

    /** {@return how much is taken now} */
    public long taken() {
        return taken.get();
    }

    public long most() {
        return most.getAsLong();
    }
}
