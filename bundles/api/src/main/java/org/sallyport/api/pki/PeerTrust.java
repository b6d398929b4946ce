// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom one leg trusts. A peer's chain has to lead to one of the anchors (RFC 5280 §6), and then its certificate has to pass
 * {@link #accepts}.
 *
 * @param anchors CA certificates, the issuer's included; one that is no CA is trusted as itself only; empty: at the egress
 *     what the platform trusts, at the ingress nobody
 * @param issuer our own CA for applications, when certificates were issued for this destination; it signs for all
 *     destinations, so its signature alone opens none
 * @param serials which certificates of that issuer are accepted
 */
public record PeerTrust(List<X509Certificate> anchors, @Nullable X509Certificate issuer, Set<BigInteger> serials) {
    /** Nothing was uploaded or issued. */
    public static final PeerTrust NONE = new PeerTrust(List.of(), null, Set.of());

    public PeerTrust {
        anchors = List.copyOf(anchors);
        serials = Set.copyOf(serials);
    }

    /**
     * Says whether a peer's certificate may be used here. A certificate of our own CA has to be one that was issued for
     * this destination and is not revoked. Quick, never blocks.
     *
     * @param certificate the peer's own, after its chain was verified
     * @return false when it was revoked or is unknown
     */
    public boolean accepts(X509Certificate certificate) {
        return issuer == null
                || !certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
                || serials.contains(certificate.getSerialNumber());
    }
}
