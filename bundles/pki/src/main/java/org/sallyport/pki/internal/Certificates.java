// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.KeyMaterial;

/**
 * Makes certificates (RFC 5280). Each begins a day before it is made, for peers whose clocks are late.
 */
final class Certificates {
    static final Duration EARLY = Duration.ofDays(1);
    static final Duration CA_LIFE = Duration.ofDays(20 * 365);

    /** RFC 5280 §4.1.2.5: no well-defined end. */
    private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;

    private final SecureRandom random;

    Certificates(SecureRandom random) {
        this.random = random;
    }

    /**
     * Makes a certificate authority that signs end entities only.
     *
     * @param name its common name
     * @param now when it is made
     * @return its key and its self-signed certificate
     */
    KeyMaterial authority(String name, Instant now) {
        KeyPair pair = Keys.make(random);
        X500Principal subject = commonName(name);
        return material(
                pair, pair, List.of(), builder(subject, subject, pair.getPublic(), now, now.plus(CA_LIFE)), made -> {
                    made.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                    made.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                });
    }

    /**
     * What an end's certificate says.
     *
     * @param commonName its subject
     * @param names DNS names and addresses
     * @param purpose what it is for
     */
    record End(String commonName, List<String> names, KeyPurposeId purpose) {}

    /**
     * Makes a TLS server's certificate with a new key.
     *
     * @param authority who signs it
     * @param name its only name
     * @param now when it is made
     * @param life how long from then it is valid
     * @return its key and its chain, which ends in the authority
     */
    KeyMaterial server(KeyMaterial authority, String name, Instant now, Duration life) {
        KeyPair pair = Keys.make(random);
        End end = new End(name, List.of(name), KeyPurposeId.id_kp_serverAuth);
        return new KeyMaterial(pair.getPrivate(), sign(authority, end, pair.getPublic(), now, now.plus(life)));
    }

    /**
     * Signs an end's certificate.
     *
     * @param authority who signs it
     * @param end what it says
     * @param key whose it is
     * @param now when it is made
     * @param until when it ends, unless the authority ends before
     * @return its chain, which ends in the authority
     */
    List<X509Certificate> sign(KeyMaterial authority, End end, PublicKey key, Instant now, Instant until) {
        KeyPair issuer = new KeyPair(authority.certificate().getPublicKey(), authority.key());
        X500Principal issuerName = authority.certificate().getSubjectX500Principal();
        Instant last = authority.certificate().getNotAfter().toInstant();
        return signed(
                key,
                issuer,
                authority.chain(),
                builder(issuerName, commonName(end.commonName()), key, now, until.isBefore(last) ? until : last),
                made -> {
                    made.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
                    made.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    made.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(end.purpose()));
                    if (!end.names().isEmpty()) {
                        made.addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(end.names().stream()
                                        .map(Certificates::generalName)
                                        .toArray(GeneralName[]::new)));
                    }
                });
    }

    /**
     * Makes a key with a certificate that only carries it: peers know the key, not who signed it.
     *
     * @param name its common name
     * @param now when it is made
     * @return the key and its self-signed certificate, which does not expire
     */
    KeyMaterial bare(String name, Instant now) {
        KeyPair pair = Keys.make(random);
        X500Principal subject = commonName(name);
        return material(pair, pair, List.of(), builder(subject, subject, pair.getPublic(), now, NEVER), made -> {
            made.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            made.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            made.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
        });
    }

    private JcaX509v3CertificateBuilder builder(
            X500Principal issuer, X500Principal subject, PublicKey key, Instant now, Instant until) {
        BigInteger serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
        return new JcaX509v3CertificateBuilder(
                issuer, serial, Date.from(now.minus(EARLY)), Date.from(until), subject, key);
    }

    private static KeyMaterial material(
            KeyPair pair,
            KeyPair issuer,
            List<X509Certificate> issuers,
            JcaX509v3CertificateBuilder made,
            Extensions extensions) {
        return new KeyMaterial(pair.getPrivate(), signed(pair.getPublic(), issuer, issuers, made, extensions));
    }

    private static List<X509Certificate> signed(
            PublicKey key,
            KeyPair issuer,
            List<X509Certificate> issuers,
            JcaX509v3CertificateBuilder made,
            Extensions extensions) {
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            made.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key));
            made.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    identifiers.createAuthorityKeyIdentifier(issuer.getPublic()));
            extensions.add(made);
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(made.build(new JcaContentSignerBuilder(SIGNATURE).build(issuer.getPrivate())));
            List<X509Certificate> chain = new ArrayList<>(List.of(certificate));
            chain.addAll(issuers);
            return chain;
        } catch (CertIOException | CertificateException | OperatorCreationException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("a certificate could not be made: " + e.getMessage(), e);
        }
    }

    /** {@return a name that is only a common name, whatever characters it has} */
    static X500Principal commonName(String name) {
        try {
            return new X500Principal(
                    new X500NameBuilder().addRDN(BCStyle.CN, name).build().getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a name can be encoded", e);
        }
    }

    private static GeneralName generalName(String name) {
        return new GeneralName(CertificateNames.isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private interface Extensions {
        void add(JcaX509v3CertificateBuilder made) throws CertIOException;
    }
}
