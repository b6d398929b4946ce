// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.CertificateFacts;

/** What people are shown of a certificate. */
final class Facts {
    /** RFC 5280 §4.2.1.6: the two kinds of names that TLS peers compare. */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    private Facts() {}

    static CertificateFacts of(X509Certificate certificate) {
        return new CertificateFacts(
                Shown.of(certificate.getSubjectX500Principal().getName()),
                names(certificate).stream().map(Shown::of).toList(),
                Shown.of(certificate.getIssuerX500Principal().getName()),
                serial(certificate.getSerialNumber()),
                fingerprint(certificate),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                keyType(certificate.getPublicKey()),
                isAuthority(certificate));
    }

    static String serial(BigInteger serial) {
        return serial.toString(16);
    }

    /** {@return a certificate as an error message calls it} */
    static String shown(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        return "certificate '"
                + Shown.of(subject.isEmpty() ? "serial " + serial(certificate.getSerialNumber()) : subject) + "'";
    }

    static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> name : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS)) {
                    names.add(String.valueOf(name.get(1)));
                }
            }
        } catch (CertificateParsingException e) {
            // names that nobody can read are names that no peer accepts
            return List.of();
        }
        return names;
    }

    /** {@return whether it says of itself that it may sign others (RFC 5280 §4.2.1.9)} */
    static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    static boolean isSelfSigned(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                && isSignedBy(certificate, certificate);
    }

    static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            // RuntimeException: some keys of a wrong kind end so
            return false;
        }
    }

    static String keyType(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "RSA " + rsa.getModulus().bitLength();
        }
        if (key instanceof ECPublicKey ec) {
            return "EC P-" + ec.getParams().getOrder().bitLength();
        }
        return key instanceof EdECPublicKey ed ? ed.getParams().getName() : Shown.of(key.getAlgorithm());
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
