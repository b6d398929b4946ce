// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.sallyport.api.TokenState;
import org.sallyport.api.service.Refusal;

/** How long tokens last. Pure. */
final class TokenTerms {
    private static final int MAX_DAYS = 365;

    private TokenTerms() {}

    /**
     * The claims of a new token; fails with {@link Refusal} on a wrong number of days.
     *
     * @param serial its number
     * @param days 1–365; 0: it never expires
     * @param now when it is made
     */
    static TokenState of(int serial, int days, Instant now) {
        if (days < 0 || days > MAX_DAYS) {
            throw Refusal.invalid("a token for " + days + " days: expected 1 to " + MAX_DAYS
                    + " days, or 0 for a token that never expires");
        }
        Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
        return new TokenState(serial, issued, days == 0 ? null : issued.plus(days, ChronoUnit.DAYS));
    }
}
