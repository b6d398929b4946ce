// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.balancer.internal;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.balance.Candidate;

/**
 * Takes clients in turn. It remembers who was last, not a number, and goes on with the next ID after that: so while the list
 * stays the same, any two clients' counts differ by at most one, from whichever moment one begins to count; and a client
 * that comes or goes moves nobody else's turn. For any thread.
 */
final class Rotation {
    private final AtomicReference<@Nullable ClientId> last = new AtomicReference<>();

    /**
     * Takes the next one.
     *
     * @param usable clients in the order of their IDs
     * @param eligible which of them may be taken, at least one
     * @return an index into {@code usable}
     */
    int next(List<Candidate> usable, Predicate<Candidate> eligible) {
        while (true) {
            ClientId before = last.get();
            int index = after(usable, before);
            while (!eligible.test(usable.get(index))) {
                index = (index + 1) % usable.size();
            }
            if (last.compareAndSet(before, usable.get(index).client())) {
                return index;
            }
        }
    }

    /** {@return the index of the first client whose ID is greater, or 0 when there is none} */
    private static int after(List<Candidate> usable, @Nullable ClientId before) {
        if (before == null) {
            return 0;
        }
        int low = 0;
        int high = usable.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (usable.get(middle).client().compareTo(before) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == usable.size() ? 0 : low;
    }
}
