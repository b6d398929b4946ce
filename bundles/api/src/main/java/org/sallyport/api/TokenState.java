// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the server keeps of a gateway's security token: its claims, never the token. The signature is deterministic, so
 * the same token can be made again from these.
 *
 * @param serial counts regenerations; a token with another number is revoked
 * @param issued when this token was made, whole seconds
 * @param expires when it stops admitting clients, whole seconds; absent: never
 */
public record TokenState(int serial, Instant issued, @Nullable Instant expires) {
    /** {@return whether the token no longer admits clients at {@code now}} */
    public boolean expiredAt(Instant now) {
        return expires != null && !now.isBefore(expires);
    }
}
