// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;

/** How keys are named: SHA-256 of the public key's SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), as RFC 7469 pins do. */
public final class Fingerprints {
    private Fingerprints() {}

    /**
     * Names a public key.
     *
     * @param key any public key
     * @return 64 lower-case hexadecimal digits
     */
    public static String of(PublicKey key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
