// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.atomic.AtomicLong;

/** Something of which there is so much and no more: dials, bytes, connections. Safe for every thread. */
public final class Allowance {
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    /**
     * @param most how much there is
     */
    public Allowance(long most) {
        this.most = most;
    }

    /** {@return whether so much was left; if so it is taken, and {@link #give} must follow} */
    public boolean take(long amount) {
        long seen = taken.get();
        while (seen + amount <= most) {
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
        return most;
    }
}
