// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;

/**
 * All that an end needs for TLS on one leg of a destination. Immutable.
 *
 * @param destination whose it is
 * @param leg which connection
 * @param generation grows with each change of the destination's certificates, while a process lives; 0: there never were any
 * @param key what this end shows, or null when it has none
 * @param trust whom this end trusts
 */
public record LegMaterial(
        DestinationId destination, Leg leg, long generation, @Nullable KeyMaterial key, PeerTrust trust) {
    /** {@return whether another one says the same, whatever its generation} */
    public boolean sameAs(LegMaterial other) {
        return new LegMaterial(other.destination, other.leg, generation, other.key, other.trust).equals(this);
    }
}
