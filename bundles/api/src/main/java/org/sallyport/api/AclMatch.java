// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most specific rules of a list that match a place.
 *
 * @param whole decides about whole connections, whatever it says; null when only rules with paths match, or none
 * @param paths allow single requests; they are exceptions to {@code whole} where that denies
 */
record AclMatch(@Nullable AclRule whole, List<AclRule> paths) {
    /** {@return the rule with the longest path that matches {@code path}, or null} */
    @Nullable
    AclRule longest(String path) {
        AclRule best = null;
        for (AclRule rule : paths) {
            if (rule.matchesPath(path)
                    && (best == null || rule.path().length() > best.path().length())) {
                best = rule;
            }
        }
        return best;
    }
}
