// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.api.registry.RegistryException;

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce a value: form number, nonce, ciphertext with tag. The name is
 * authenticated with the value, so that one secret cannot be passed off as another.
 */
final class SecretCipher {
    private static final String ALGORITHM = "AES/GCM/NoPadding";
    private static final byte FORM = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecureRandom random;

    SecretCipher(byte[] key, SecureRandom random) {
        this.key = new SecretKeySpec(key, "AES");
        this.random = random;
    }

    byte[] encrypt(String name, byte[] secret) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(name.getBytes(UTF_8));
            byte[] encrypted = cipher.doFinal(secret);
            return ByteBuffer.allocate(1 + NONCE_BYTES + encrypted.length)
                    .put(FORM)
                    .put(nonce)
                    .put(encrypted)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    /** Decrypts, or throws {@link RegistryException} when the value was altered or encrypted under another key or name. */
    byte[] decrypt(String name, byte[] value) {
        if (value.length < 1 + NONCE_BYTES + TAG_BITS / 8 || value[0] != FORM) {
            throw new RegistryException("secret '" + name + "' has an unknown form: expected form " + FORM
                    + ", it was made by a newer version or altered");
        }
        try {
            Cipher cipher = Cipher.getInstance(ALGORITHM);
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, value, 1, NONCE_BYTES));
            cipher.updateAAD(name.getBytes(UTF_8));
            return cipher.doFinal(value, 1 + NONCE_BYTES, value.length - 1 - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new RegistryException(
                    "secret '" + name + "' cannot be decrypted: it was altered, or " + KeyFile.NAME
                            + " belongs to another instance. Restore the whole directory from one backup",
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
