// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * A client's own key as the server remembers it.
 *
 * @param fingerprint SHA-256 of the public key (SubjectPublicKeyInfo), 64 lower-case hexadecimal digits
 * @param gateway the gateway that it was admitted to
 * @param host the host name that the client told at its first attach
 * @param address the address that it came from then
 * @param firstSeen when it was admitted
 */
public record ClientKey(String fingerprint, GatewayId gateway, String host, String address, Instant firstSeen) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    public ClientKey {
        checkFingerprint(fingerprint);
    }

    /**
     * Checks the form of a key fingerprint.
     *
     * @param fingerprint what was given
     * @return the same
     */
    public static String checkFingerprint(String fingerprint) {
        if (!FORM.matcher(fingerprint).matches()) {
            throw new IllegalArgumentException("key '" + Shown.of(fingerprint)
                    + "': expected 64 hexadecimal digits, as client:list -o json shows them");
        }
        return fingerprint;
    }
}
