// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import org.sallyport.api.pki.KeyMaterial;

/** The two files that an application is given with its certificate. */
final class ApplicationFiles {
    private ApplicationFiles() {}

    /** {@return PEM: the private key (PKCS#8), then the chain} */
    static byte[] pem(KeyMaterial material) {
        return StoredKey.write(material);
    }

    /** {@return PKCS#12 as the JDK writes it: PBES2 with AES-256, which OpenSSL 3 and Windows since 2019 read} */
    static byte[] pkcs12(KeyMaterial material, String name, String passphrase) {
        char[] secret = passphrase.toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(name, material.key(), secret, material.chain().toArray(X509Certificate[]::new));
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            store.store(file, secret);
            return file.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every Java platform writes PKCS#12", e);
        }
    }

    /** {@return whether a passphrase has only characters that every program takes for the same bytes} */
    static boolean isPlain(String passphrase) {
        return US_ASCII.newEncoder().canEncode(passphrase) && passphrase.chars().noneMatch(Character::isISOControl);
    }
}
