// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.sallyport.api.DestinationId;

/**
 * A certificate that a destination has here, never its key.
 *
 * @param destination whose it is
 * @param role what it is for; of a key's chain only the first certificate is listed
 * @param origin where it came from
 * @param facts what it says
 */
public record CertificateView(DestinationId destination, CertificateRole role, Origin origin, CertificateFacts facts) {
    /** Where a certificate came from. */
    public enum Origin {
        /** Somebody gave a file. */
        UPLOADED,
        /** The ingress CA of this server issued it, and replaces it before it expires. */
        ISSUED,
        /** Its key was made here, somebody else signed the request. */
        REQUESTED,
        /** The other end of the tunnel sent it. */
        RECEIVED
    }
}
