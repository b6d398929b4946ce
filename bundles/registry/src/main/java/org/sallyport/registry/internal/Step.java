// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.List;

/**
 * What one change makes of the contents.
 *
 * @param next the contents after it
 * @param writes what has to reach the disk for that; none: nothing changed
 * @param result what the caller is told
 */
record Step<T>(Contents next, List<Write> writes, T result) {
    Step {
        writes = List.copyOf(writes);
    }
}
