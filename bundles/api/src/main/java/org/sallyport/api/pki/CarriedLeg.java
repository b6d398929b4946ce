// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;

/**
 * What one end holds for a leg that is at the other one, in the form in which it travels: certificates and keys are PEM
 * (RFC 7468), several of them one behind the other. Whoever receives it trusts nothing in it before it was read by
 * {@link DestinationCertificates#adopt}.
 *
 * @param destination whose
 * @param leg which
 * @param mark differs whenever anything else here does, the key excepted; never empty
 * @param key the private key (PKCS#8, not encrypted) that was uploaded for this leg, null when there is none or it is not to
 *     be given away; a secret
 * @param chain the key's certificate and its issuers; given without the key, too, and empty where none was uploaded
 * @param anchors certificates to trust, without the issuer's; empty for none
 * @param issuer our own CA for applications, empty when nothing was issued for this destination
 * @param serials which certificates of that issuer are accepted, lower-case hexadecimal digits, in order
 * @param names what a certificate for the key that the other end makes is to be for; empty: whatever is signed
 */
public record CarriedLeg(
        DestinationId destination,
        Leg leg,
        String mark,
        @Nullable String key,
        String chain,
        String anchors,
        String issuer,
        List<String> serials,
        List<String> names) {
    public CarriedLeg {
        if (mark.isEmpty()) {
            throw new IllegalArgumentException("certificates of " + destination + " without a mark: expected one");
        }
        serials = List.copyOf(serials);
        names = List.copyOf(names);
    }

    /** {@return the same for somebody who may not have the key} */
    public CarriedLeg withoutKey() {
        return new CarriedLeg(destination, leg, mark, null, chain, anchors, issuer, serials, names);
    }

    /** {@return how many characters all of it has} */
    public long length() {
        long texts = chain.length() + (long) anchors.length() + issuer.length() + (key == null ? 0 : key.length());
        return texts
                + serials.stream().mapToLong(String::length).sum()
                + names.stream().mapToLong(String::length).sum();
    }

    /** Shows whose it is only: the key is a secret. */
    @Override
    public String toString() {
        return "CarriedLeg[" + destination + " " + leg.word() + " " + mark + "]";
    }
}
