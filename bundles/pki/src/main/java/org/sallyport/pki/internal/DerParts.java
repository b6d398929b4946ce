// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.pkcs.SignedData;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;

/**
 * Says what a piece of DER is, from its outermost elements: a certificate (RFC 5280), a private key as PKCS#8 (RFC 5208,
 * RFC 5958), PKCS#1 (RFC 8017) or SEC1 (RFC 5915), PKCS#12 (RFC 7292), the certificates of a PKCS#7 file (RFC 2315), or
 * something that people mistake for one of these.
 */
final class DerParts {
    private static final int PFX_VERSION = 3;
    private static final int RSA_NUMBERS = 9;

    private DerParts() {}

    static List<FilePart> of(byte[] der, char[] passphrase) {
        try {
            return of(ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der)), der, passphrase);
        } catch (CertificateFileException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // what the parser throws at hostile bytes; the overflow by elements that are nested too deep, the bound on
            // the
            // size does not exclude them. Messages may repeat what was given
            throw unknown();
        }
    }

    /** {@return the certificate of OpenSSL's own form, which has its remarks behind it} */
    static List<FilePart> trusted(byte[] der) {
        try (ASN1InputStream parts = new ASN1InputStream(der)) {
            ASN1Primitive first = parts.readObject();
            return List.of(new FilePart.Certificate(certificate(first.getEncoded())));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // as above
            throw unknown();
        }
    }

    static X509Certificate certificate(byte[] der) {
        X509Certificate certificate = certificateOrNull(der);
        if (certificate == null) {
            throw unknown();
        }
        return certificate;
    }

    private static List<FilePart> of(ASN1Sequence outer, byte[] der, char[] passphrase) {
        ASN1Encodable first = outer.size() < 2 ? null : outer.getObjectAt(0);
        ASN1Encodable second = outer.size() < 2 ? null : outer.getObjectAt(1);
        if (first instanceof ASN1Integer version) {
            return numbered(outer, version.intValueExact(), second, passphrase);
        }
        if (first instanceof ASN1ObjectIdentifier) {
            return signedData(ContentInfo.getInstance(outer));
        }
        if (first instanceof ASN1Sequence && second instanceof ASN1OctetString) {
            EncryptedPrivateKeyInfo locked = EncryptedPrivateKeyInfo.getInstance(outer);
            return List.of(new FilePart.Key(given -> PrivateKeys.decrypted(locked, given)));
        }
        if (first instanceof ASN1Sequence && second instanceof ASN1BitString) {
            return List.of(new FilePart.Other("a public key"));
        }
        X509Certificate certificate = certificateOrNull(der);
        if (certificate != null) {
            return List.of(new FilePart.Certificate(certificate));
        }
        if (first instanceof ASN1Sequence body && outer.size() == 3) {
            return List.of(
                    new FilePart.Other(isRequest(body) ? "a certificate request" : "a list of revoked certificates"));
        }
        throw unknown();
    }

    private static List<FilePart> numbered(
            ASN1Sequence outer, int version, @Nullable ASN1Encodable second, char[] passphrase) {
        if (version == PFX_VERSION && second instanceof ASN1Sequence) {
            return Pkcs12File.read(Pfx.getInstance(outer), passphrase);
        }
        if (second instanceof ASN1Sequence) {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(outer);
            return List.of(new FilePart.Key(given -> PrivateKeys.of(info)));
        }
        if (second instanceof ASN1OctetString) {
            ECPrivateKey key = ECPrivateKey.getInstance(outer);
            return List.of(new FilePart.Key(given -> PrivateKeys.of(key)));
        }
        if (second instanceof ASN1Integer && outer.size() == RSA_NUMBERS) {
            RSAPrivateKey key = RSAPrivateKey.getInstance(outer);
            return List.of(new FilePart.Key(given -> PrivateKeys.of(key)));
        }
        if (second instanceof ASN1Integer && outer.size() == 2) {
            return List.of(new FilePart.Other("a public key"));
        }
        throw new CertificateFileException(
                Problem.NOT_SUPPORTED, "a key of an unknown kind: expected an RSA, EC or Ed25519 key");
    }

    private static List<FilePart> signedData(ContentInfo info) {
        if (!PKCSObjectIdentifiers.signedData.equals(info.getContentType())) {
            throw unknown();
        }
        List<FilePart> parts = new ArrayList<>();
        SignedData signed = SignedData.getInstance(info.getContent());
        if (signed.getCertificates() != null) {
            for (ASN1Encodable certificate : signed.getCertificates()) {
                parts.add(new FilePart.Certificate(certificate(encoded(certificate))));
            }
        }
        return parts.isEmpty() ? List.of(new FilePart.Other("a PKCS#7 file without certificates")) : parts;
    }

    /** A request's body is version, name, public key (RFC 2986 §4.1); a list's has a time there (RFC 5280 §5.1). */
    private static boolean isRequest(ASN1Sequence body) {
        return body.size() >= 3
                && body.getObjectAt(0) instanceof ASN1Integer
                && body.getObjectAt(2) instanceof ASN1Sequence key
                && key.size() == 2
                && key.getObjectAt(1) instanceof ASN1BitString;
    }

    private static @Nullable X509Certificate certificateOrNull(byte[] der) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            return null;
        }
    }

    private static byte[] encoded(ASN1Encodable value) {
        try {
            return value.toASN1Primitive().getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("what was decoded has an encoding", e);
        }
    }

    static CertificateFileException unknown() {
        return new CertificateFileException(
                Problem.NOT_X509,
                "this is damaged, cut off, or neither a certificate nor a key: expected X.509 certificates and keys in"
                        + " PEM, DER or PKCS#12");
    }
}
