// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.Fingerprints;
import org.sallyport.api.pki.KeyMaterial;

/** A CA for a test, made on the spot. */
public final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final KeyPair keys = newKeys();
    private final X509Certificate certificate;
    private final String name;

    /**
     * @param name its common name
     */
    public TestAuthority(String name) {
        this.name = name;
        certificate =
                certificate(keys, name, keys, name, null, true, Instant.now().plus(DAY));
    }

    /** {@return the name by which a client pins it} */
    public String pin() {
        return Fingerprints.of(keys.getPublic());
    }

    /** {@return its certificate} */
    public X509Certificate certificate() {
        return certificate;
    }

    /** {@return a key with a certificate for a DNS name, valid for a day} */
    public KeyMaterial issue(String dnsName) {
        return issue(dnsName, Instant.now().plus(DAY));
    }

    /** {@return a key with a certificate for a DNS name, valid until then} */
    public KeyMaterial issue(String dnsName, Instant until) {
        KeyPair pair = newKeys();
        return new KeyMaterial(
                pair.getPrivate(), List.of(certificate(pair, dnsName, keys, name, dnsName, false, until), certificate));
    }

    /** {@return a key with a certificate that it signed itself, as clients have} */
    public static KeyMaterial selfSigned(String name) {
        KeyPair pair = newKeys();
        return new KeyMaterial(
                pair.getPrivate(),
                List.of(certificate(
                        pair, name, pair, name, name, false, Instant.now().plus(DAY))));
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate certificate(
            KeyPair subject,
            String subjectName,
            KeyPair issuer,
            String issuerName,
            @Nullable String dnsName,
            boolean authority,
            Instant until) {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuerName),
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(until.minus(DAY.multipliedBy(2))),
                Date.from(until),
                new X500Name("CN=" + subjectName),
                subject.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (dnsName != null) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate())));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
