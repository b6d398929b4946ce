// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.KeyMaterial;

/** The form in which keys are secrets: PEM (RFC 7468), the private key (PKCS#8) first, then its certificates or its public key. */
final class StoredKey {
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String PUBLIC_KEY = "PUBLIC KEY";
    private static final String CERTIFICATE = "CERTIFICATE";

    private StoredKey() {}

    static byte[] write(KeyMaterial material) {
        List<PemObject> parts = new ArrayList<>();
        parts.add(new PemObject(PRIVATE_KEY, material.key().getEncoded()));
        try {
            for (X509Certificate certificate : material.chain()) {
                parts.add(new PemObject(CERTIFICATE, certificate.getEncoded()));
            }
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was made or read has an encoding", e);
        }
        return write(parts);
    }

    static byte[] write(KeyPair pair) {
        return write(List.of(
                new PemObject(PRIVATE_KEY, pair.getPrivate().getEncoded()),
                new PemObject(PUBLIC_KEY, pair.getPublic().getEncoded())));
    }

    static KeyMaterial readMaterial(byte[] stored) {
        PrivateKey key = null;
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory certificates = CertificateFactory.getInstance("X.509");
            for (PemObject part : read(stored)) {
                if (part.getType().equals(PRIVATE_KEY)) {
                    key = privateKey(part);
                } else {
                    chain.add((X509Certificate)
                            certificates.generateCertificate(new ByteArrayInputStream(part.getContent())));
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw unreadable(e);
        }
        if (key == null) {
            throw unreadable(null);
        }
        return new KeyMaterial(key, chain);
    }

    static KeyPair readPair(byte[] stored) {
        PrivateKey privateKey = null;
        PublicKey publicKey = null;
        try {
            for (PemObject part : read(stored)) {
                if (part.getType().equals(PRIVATE_KEY)) {
                    privateKey = privateKey(part);
                } else {
                    publicKey = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(part.getContent()));
                }
            }
        } catch (GeneralSecurityException | IOException e) {
            throw unreadable(e);
        }
        if (privateKey == null || publicKey == null) {
            throw unreadable(null);
        }
        return new KeyPair(publicKey, privateKey);
    }

    private static PrivateKey privateKey(PemObject part) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(part.getContent()));
    }

    private static byte[] write(List<PemObject> parts) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            for (PemObject part : parts) {
                pem.writeObject(part);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
        return text.toString().getBytes(US_ASCII);
    }

    private static List<PemObject> read(byte[] stored) throws IOException {
        List<PemObject> parts = new ArrayList<>();
        try (PemReader pem = new PemReader(new InputStreamReader(new ByteArrayInputStream(stored), US_ASCII))) {
            PemObject part = pem.readPemObject();
            while (part != null) {
                parts.add(part);
                part = pem.readPemObject();
            }
        }
        return parts;
    }

    private static IllegalStateException unreadable(@Nullable Exception cause) {
        return new IllegalStateException(
                "a stored key cannot be read: expected a private key and its certificates or public key in PEM", cause);
    }
}
