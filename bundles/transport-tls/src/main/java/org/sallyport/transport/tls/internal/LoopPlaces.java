// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Spreads connections of tunnels over the event loops: each goes to the loop that has the fewest, in turn where several have
 * as few. So the tunnels of one process use as many cores as they can, whatever else the loops are used for. Safe for every
 * thread; asked once for each connection.
 */
final class LoopPlaces {
    private final List<EventLoop> loops;
    private final int[] taken;
    private int turn;

    /** A connection's place on a loop, until it is given back. */
    final class Place {
        private final int index;
        private final AtomicBoolean given = new AtomicBoolean();

        private Place(int index) {
            this.index = index;
        }

        EventLoop loop() {
            return loops.get(index);
        }

        /** The connection has ended, or never was; a second call does nothing. */
        void giveBack() {
            if (given.compareAndSet(false, true)) {
                free(index);
            }
        }
    }

    LoopPlaces(List<EventLoop> loops) {
        this.loops = List.copyOf(loops);
        taken = new int[loops.size()];
    }

    synchronized Place take() {
        int best = turn;
        for (int i = 1; i < taken.length; i++) {
            int each = (turn + i) % taken.length;
            if (taken[each] < taken[best]) {
                best = each;
            }
        }
        taken[best]++;
        turn = (best + 1) % taken.length;
        return new Place(best);
    }

    private synchronized void free(int index) {
        taken[index]--;
    }
}
