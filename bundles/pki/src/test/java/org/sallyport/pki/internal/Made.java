// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/**
 * A key and certificate that a test made, with the faults that it asked for.
 *
 * @param pair the key
 * @param certificate its certificate
 */
record Made(KeyPair pair, X509Certificate certificate) {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final AtomicLong SERIALS = new AtomicLong(1000);

    /** What is to be made. */
    record Wish(
            String name,
            KeyPair pair,
            @Nullable Made issuer,
            boolean authority,
            boolean marked,
            String signature,
            Instant begin,
            Instant end,
            @Nullable KeyPurposeId purpose) {
        Wish by(Made next) {
            return new Wish(name, pair, next, authority, marked, signature, begin, end, purpose);
        }

        Wish key(KeyPair next) {
            String algorithm =
                    switch (next.getPrivate().getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> "Ed25519";
                    };
            return new Wish(name, next, issuer, authority, marked, algorithm, begin, end, purpose);
        }

        Wish signature(String next) {
            return new Wish(name, pair, issuer, authority, marked, next, begin, end, purpose);
        }

        Wish valid(Instant from, Instant to) {
            return new Wish(name, pair, issuer, authority, marked, signature, from, to, purpose);
        }

        Wish purpose(KeyPurposeId next) {
            return new Wish(name, pair, issuer, authority, marked, signature, begin, end, next);
        }

        /** As openssl req -x509 does it: a CA by its constraints, without a usage. */
        Wish markedOnly() {
            return new Wish(name, pair, issuer, false, true, signature, begin, end, purpose);
        }

        Wish ca() {
            return new Wish(name, pair, issuer, true, true, signature, begin, end, purpose);
        }

        Made make() {
            try {
                KeyPair signer = issuer == null ? pair : issuer.pair();
                X500Principal subject = new X500Principal("CN=" + name);
                JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                        issuer == null ? subject : issuer.certificate().getSubjectX500Principal(),
                        BigInteger.valueOf(SERIALS.incrementAndGet()),
                        Date.from(begin),
                        Date.from(end),
                        subject,
                        pair.getPublic());
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(marked));
                if (authority) {
                    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
                }
                if (purpose != null) {
                    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                }
                return new Made(
                        pair,
                        new JcaX509CertificateConverter()
                                .getCertificate(builder.build(
                                        new JcaContentSignerBuilder(signature).build(signer.getPrivate()))));
            } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** An end's or a CA's certificate with an EC key, self-signed unless the wish says otherwise. */
    static Made of(String name, UnaryOperator<Wish> wishes) {
        return wishes.apply(new Wish(
                        name,
                        ec(),
                        null,
                        false,
                        false,
                        "SHA256withECDSA",
                        NOW.minus(Duration.ofDays(1)),
                        NOW.plus(Duration.ofDays(100)),
                        null))
                .make();
    }

    static Made ca(String name) {
        return of(name, Wish::ca);
    }

    static KeyPair ec() {
        return pair("EC", new ECGenParameterSpec("secp256r1"));
    }

    static KeyPair rsa(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits, new SecureRandom());
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyPair ed25519() {
        return pair("Ed25519", null);
    }

    private static KeyPair pair(String algorithm, @Nullable AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (parameters != null) {
                generator.initialize(parameters);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate in PEM. */
    String pem() {
        return block("CERTIFICATE", der());
    }

    /** The key in PEM, PKCS#8. */
    String keyPem() {
        return block("PRIVATE KEY", pair.getPrivate().getEncoded());
    }

    byte[] der() {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String block(String type, byte[] content) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            pem.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    static byte[] bytes(String... texts) {
        return String.join("", texts).getBytes(UTF_8);
    }
}
