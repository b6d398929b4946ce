// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.time.Instant;
import java.util.List;

/**
 * What people want to know of a certificate. Names come from outside and are fit to be shown.
 *
 * @param subject its subject (RFC 5280 §4.1.2.6, written as RFC 2253 does); may be empty
 * @param names the DNS names and IP addresses that it is for (RFC 5280 §4.2.1.6)
 * @param issuer who signed it
 * @param serial its serial number, lower-case hexadecimal digits
 * @param fingerprint SHA-256 of the whole certificate, 64 lower-case hexadecimal digits
 * @param notBefore when it begins to be valid
 * @param notAfter when it ends
 * @param keyType for example {@code EC P-256} or {@code RSA 2048}
 * @param authority whether it may sign others
 */
public record CertificateFacts(
        String subject,
        List<String> names,
        String issuer,
        String serial,
        String fingerprint,
        Instant notBefore,
        Instant notAfter,
        String keyType,
        boolean authority) {
    public CertificateFacts {
        names = List.copyOf(names);
    }
}
