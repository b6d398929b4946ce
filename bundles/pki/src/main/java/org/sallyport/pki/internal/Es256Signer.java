// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.util.PrivateKeyFactory;

/**
 * ES256 signatures (RFC 7518 §3.4) with the nonce of RFC 6979 §3.2: equal texts have equal signatures. The JDK's own
 * signatures have a random nonce.
 */
final class Es256Signer {
    private final ECPrivateKeyParameters key;

    /** @param key on the curve P-256 */
    Es256Signer(PrivateKey key) {
        try {
            this.key = (ECPrivateKeyParameters) PrivateKeyFactory.createKey(key.getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("the signing key has no encoding that can be read", e);
        }
    }

    /** {@return the signature of a text: r and s, 32 bytes each} */
    byte[] sign(byte[] text) {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, key);
        BigInteger[] signature = signer.generateSignature(sha256(text));
        return PlainDSAEncoding.INSTANCE.encode(key.getParameters().getN(), signature[0], signature[1]);
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
