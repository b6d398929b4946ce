// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.fault;

import java.util.Set;

/** A cut that waits for the first connection that carries so many bytes one way; happens once. On the loop only. */
final class Cut {
    private final long at;
    private final Ending how;
    private final Set<Side> sides;
    private boolean done;

    /**
     * @param at how many bytes pass before it
     * @param how what those see who learn of it
     * @param sides who learns of it
     */
    Cut(long at, Ending how, Set<Side> sides) {
        if (at < 0) {
            throw new IllegalArgumentException("cut at byte " + at + ": expected 0 or more");
        }
        this.at = at;
        this.how = how;
        this.sides = sides;
    }

    /** {@return the sides that are named, both if none is} */
    static Set<Side> sides(Side... named) {
        return named.length == 0 ? Set.of(Side.values()) : Set.of(named);
    }

    Ending how() {
        return how;
    }

    Set<Side> sides() {
        return sides;
    }

    /** {@return how many bytes may pass until it happens; {@link Long#MAX_VALUE} when it has happened} */
    long room(long carried) {
        return done ? Long.MAX_VALUE : Math.max(0, at - carried);
    }

    void happens() {
        done = true;
    }
}
