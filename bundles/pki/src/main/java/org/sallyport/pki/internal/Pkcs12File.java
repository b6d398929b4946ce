// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilderProvider;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.pki.internal.Passphrases.WrongPassphrase;

/**
 * Reads PKCS#12 (RFC 7292) in password mode. The JDK's own reader passes over certificates without a key that OpenSSL wrote,
 * and asks for no bound on the work.
 */
final class Pkcs12File {
    /** RFC 9579; its check is left out, then a wrong passphrase shows when something is decrypted. */
    private static final String PBMAC1 = "1.2.840.113549.1.5.14";

    private Pkcs12File() {}

    static List<FilePart> read(Pfx file, char[] passphrase) {
        boolean given = passphrase.length > 0;
        // who gave no passphrase made an empty one, which programs write in two ways: as nothing, and as a closing zero
        List<char[]> tries = given ? List.of(passphrase.clone()) : List.of(new char[0], new char[1]);
        for (char[] attempt : tries) {
            try {
                return opened(file, attempt);
            } catch (WrongPassphrase e) {
                // the next one may fit
            }
        }
        throw given
                ? new CertificateFileException(
                        Problem.WRONG_PASSPHRASE,
                        "the passphrase does not open the PKCS#12 file: give the one it was made with")
                : new CertificateFileException(
                        Problem.PASSPHRASE_NEEDED, "the PKCS#12 file is encrypted: give its passphrase too");
    }

    private static List<FilePart> opened(Pfx file, char[] passphrase) throws WrongPassphrase {
        if (!PKCSObjectIdentifiers.data.equals(file.getAuthSafe().getContentType())) {
            throw new CertificateFileException(
                    Problem.NOT_SUPPORTED,
                    "the PKCS#12 file is protected by a public key: expected one with a passphrase");
        }
        checkMac(file, passphrase);
        List<FilePart> parts = new ArrayList<>();
        for (ASN1Encodable content : ASN1Sequence.getInstance(
                ASN1OctetString.getInstance(file.getAuthSafe().getContent()).getOctets())) {
            for (ASN1Encodable bag : bags(ContentInfo.getInstance(content), passphrase)) {
                add(parts, SafeBag.getInstance(bag), passphrase);
            }
        }
        return parts;
    }

    private static void checkMac(Pfx file, char[] passphrase) throws WrongPassphrase {
        MacData mac = file.getMacData();
        if (mac == null || mac.getMac().getAlgorithmId().getAlgorithm().getId().equals(PBMAC1)) {
            return;
        }
        Passphrases.checkIterations(mac.getIterationCount());
        try {
            if (!new PKCS12PfxPdu(file)
                    .isMacValid(
                            new BcPKCS12MacCalculatorBuilderProvider(BcDefaultDigestProvider.INSTANCE), passphrase)) {
                throw new WrongPassphrase();
            }
        } catch (PKCSException e) {
            throw Passphrases.notSupported(mac.getMac().getAlgorithmId().getAlgorithm());
        }
    }

    private static ASN1Sequence bags(ContentInfo content, char[] passphrase) throws WrongPassphrase {
        if (PKCSObjectIdentifiers.data.equals(content.getContentType())) {
            return ASN1Sequence.getInstance(
                    ASN1OctetString.getInstance(content.getContent()).getOctets());
        }
        if (!PKCSObjectIdentifiers.encryptedData.equals(content.getContentType())) {
            throw Passphrases.notSupported(content.getContentType());
        }
        EncryptedData encrypted = EncryptedData.getInstance(content.getContent());
        byte[] decrypted = Passphrases.decrypt(
                encrypted.getEncryptionAlgorithm(), encrypted.getContent().getOctets(), passphrase);
        try {
            return ASN1Sequence.getInstance(decrypted);
        } catch (RuntimeException e) {
            // a wrong passphrase gives bytes that no parser expects
            throw new WrongPassphrase();
        }
    }

    private static void add(List<FilePart> parts, SafeBag bag, char[] passphrase) throws WrongPassphrase {
        if (PKCSObjectIdentifiers.certBag.equals(bag.getBagId())) {
            CertBag certificate = CertBag.getInstance(bag.getBagValue());
            if (PKCSObjectIdentifiers.x509Certificate.equals(certificate.getCertId())) {
                parts.add(new FilePart.Certificate(DerParts.certificate(
                        ASN1OctetString.getInstance(certificate.getCertValue()).getOctets())));
            }
        } else if (PKCSObjectIdentifiers.keyBag.equals(bag.getBagId())) {
            PrivateKeyInfo key = PrivateKeyInfo.getInstance(bag.getBagValue());
            parts.add(new FilePart.Key(given -> PrivateKeys.of(key)));
        } else if (PKCSObjectIdentifiers.pkcs8ShroudedKeyBag.equals(bag.getBagId())) {
            EncryptedPrivateKeyInfo locked = EncryptedPrivateKeyInfo.getInstance(bag.getBagValue());
            byte[] decrypted =
                    Passphrases.decrypt(locked.getEncryptionAlgorithm(), locked.getEncryptedData(), passphrase);
            parts.add(new FilePart.Key(given -> PrivateKeys.decoded(decrypted)));
        }
    }
}
