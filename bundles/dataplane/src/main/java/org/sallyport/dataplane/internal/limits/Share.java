// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One party's part of an {@link Allowance}: at most as much as is left for all others. A party that is alone may take half,
 * two that want all get a third each, and somebody who wants little always finds something. Safe for every thread; parties
 * that take in the same instant may get one too many between them.
 */
public final class Share {
    private final Allowance all;
    private final AtomicLong mine = new AtomicLong();

    /**
     * @param all what it is a part of
     */
    public Share(Allowance all) {
        this.all = all;
    }

    /** {@return whether there was one for this party; if so it is taken, and {@link #give} must follow} */
    public boolean take() {
        if (mine.incrementAndGet() <= all.most() - all.taken() && all.take(1)) {
            return true;
        }
        mine.decrementAndGet();
        return false;
    }

    /** Gives one back. */
    public void give() {
        mine.decrementAndGet();
        all.give(1);
    }
}
