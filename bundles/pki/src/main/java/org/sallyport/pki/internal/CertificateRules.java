// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.Leg;

/** What a certificate has to be before it is used: valid now, strong, and made for the purpose. */
final class CertificateRules {
    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 16_384;
    private static final int LEAST_EC_BITS = 256;
    private static final int CERTIFICATE_SIGNING = 5;
    private static final String ANY_PURPOSE = "2.5.29.37.0";
    private static final String SERVER_PURPOSE = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_PURPOSE = "1.3.6.1.5.5.7.3.2";

    private static final Set<ASN1ObjectIdentifier> STRONG_HASHES = Set.of(
            NISTObjectIdentifiers.id_sha256,
            NISTObjectIdentifiers.id_sha384,
            NISTObjectIdentifiers.id_sha512,
            NISTObjectIdentifiers.id_sha512_256,
            NISTObjectIdentifiers.id_sha3_256,
            NISTObjectIdentifiers.id_sha3_384,
            NISTObjectIdentifiers.id_sha3_512);

    private CertificateRules() {}

    /** Checks time and strength, which matter for every certificate. */
    static void check(X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            throw refused(Problem.EXPIRED, certificate, "expired on " + end + ": get a new one, or leave it out");
        }
        if (now.isBefore(begin)) {
            throw refused(
                    Problem.NOT_YET_VALID,
                    certificate,
                    "is valid from " + begin + " only, and here it is " + now
                            + ": wait until then, or check this machine's clock");
        }
        checkKey(certificate.getPublicKey(), Facts.shown(certificate));
        // a root is trusted for its key; nobody relies on what it says of itself
        if (!hasStrongSignature(certificate) && !Facts.isSelfSigned(certificate)) {
            throw refused(
                    Problem.TOO_WEAK,
                    certificate,
                    "is signed with " + certificate.getSigAlgName() + ", which can be forged: expected SHA-256 or"
                            + " stronger, have it issued again");
        }
    }

    /** Checks a key's kind and strength. */
    static void checkKey(PublicKey key, String whose) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits < LEAST_RSA_BITS) {
                throw new CertificateFileException(
                        Problem.TOO_WEAK,
                        whose + " has an RSA key of " + bits + " bits: expected at least " + LEAST_RSA_BITS
                                + ", make a new key and have it issued again");
            }
            if (bits > MOST_RSA_BITS) {
                throw new CertificateFileException(
                        Problem.NOT_SUPPORTED,
                        whose + " has an RSA key of " + bits + " bits: expected at most " + MOST_RSA_BITS);
            }
        } else if (key instanceof ECPublicKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            if (bits < LEAST_EC_BITS) {
                throw new CertificateFileException(
                        Problem.TOO_WEAK,
                        whose + " has an EC key of " + bits + " bits: expected at least " + LEAST_EC_BITS);
            }
        } else if (!(key instanceof EdECPublicKey)) {
            throw new CertificateFileException(
                    Problem.NOT_SUPPORTED,
                    whose + " has a key of a kind that TLS ends here do not use: expected RSA, EC on P-256, P-384 or"
                            + " P-521, or Ed25519");
        }
    }

    /** Checks that a certificate is an end's own, and for its side of TLS. */
    static void checkEnd(X509Certificate certificate, Leg leg) {
        boolean[] usage = certificate.getKeyUsage();
        boolean signs = usage != null && usage[CERTIFICATE_SIGNING];
        // openssl req -x509 marks what it makes as a CA, without a usage: thousands of servers show such a certificate
        if (Facts.isAuthority(certificate) && (signs || !Facts.isSelfSigned(certificate))) {
            throw refused(
                    Problem.WRONG_KIND,
                    certificate,
                    "is a CA: expected the certificate of the " + (leg == Leg.INGRESS ? "server" : "client")
                            + " itself, that a CA has signed");
        }
        List<String> purposes = purposes(certificate);
        String needed = leg == Leg.INGRESS ? SERVER_PURPOSE : CLIENT_PURPOSE;
        if (!purposes.isEmpty() && !purposes.contains(needed) && !purposes.contains(ANY_PURPOSE)) {
            throw refused(
                    Problem.WRONG_KIND,
                    certificate,
                    "is not for TLS " + (leg == Leg.INGRESS ? "servers" : "clients")
                            + ": expected that purpose among its extended key usages, or none at all");
        }
    }

    private static List<String> purposes(X509Certificate certificate) {
        try {
            List<String> purposes = certificate.getExtendedKeyUsage();
            return purposes == null ? List.of() : purposes;
        } catch (CertificateParsingException e) {
            throw refused(Problem.NOT_X509, certificate, "has purposes that cannot be read: have it issued again");
        }
    }

    private static boolean hasStrongSignature(X509Certificate certificate) {
        try {
            AlgorithmIdentifier signature = new X509CertificateHolder(certificate.getEncoded()).getSignatureAlgorithm();
            AlgorithmIdentifier digest = new DefaultDigestAlgorithmIdentifierFinder().find(signature);
            return digest != null && STRONG_HASHES.contains(digest.getAlgorithm());
        } catch (IOException | CertificateEncodingException e) {
            throw new IllegalStateException("what was decoded has an encoding", e);
        }
    }

    private static CertificateFileException refused(Problem problem, X509Certificate certificate, String why) {
        return new CertificateFileException(problem, Facts.shown(certificate) + " " + why);
    }
}
