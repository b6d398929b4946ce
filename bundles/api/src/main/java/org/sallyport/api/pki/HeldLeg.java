// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;

/**
 * What a server's store has for one leg of a destination, whichever end that leg is at.
 *
 * @param destination whose
 * @param leg which
 * @param carried what the clients need of it, if the leg is theirs; null when nothing is held for them or it cannot be read
 * @param readable false: something is stored, but nobody knows what
 * @param ends when the first of its certificates expires, null when it has none
 * @param first the role of that certificate, null when it has none
 */
public record HeldLeg(
        DestinationId destination,
        Leg leg,
        @Nullable CarriedLeg carried,
        boolean readable,
        @Nullable Instant ends,
        @Nullable CertificateRole first) {
    /** {@return what stands for certificates that cannot be read} */
    public static HeldLeg unreadable(DestinationId destination, Leg leg) {
        return new HeldLeg(destination, leg, null, false, null, null);
    }
}
