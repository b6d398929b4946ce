// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.PrivateKey;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.bc.BcPEMDecryptorProvider;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;

/**
 * Keys that OpenSSL encrypted before it knew PKCS#8, with the cipher in a header ({@code DEK-Info: AES-256-CBC,<vector>},
 * after RFC 1421 §4.6.1.3). What is inside is PKCS#1 or SEC1.
 */
final class LegacyPem {
    private LegacyPem() {}

    static PrivateKey open(String header, byte[] encrypted, char[] passphrase) {
        if (passphrase.length == 0) {
            throw Passphrases.needed();
        }
        int comma = header.indexOf(',');
        String cipher = comma < 0 ? header : header.substring(0, comma).strip();
        try {
            byte[] vector = HexFormat.of().parseHex(header.substring(comma + 1).strip());
            byte[] der = new BcPEMDecryptorProvider(passphrase).get(cipher).decrypt(encrypted, vector);
            ASN1Sequence key = ASN1Sequence.getInstance(der);
            return key.size() > 4
                    ? PrivateKeys.of(RSAPrivateKey.getInstance(key))
                    : PrivateKeys.of(ECPrivateKey.getInstance(key));
        } catch (CertificateFileException e) {
            throw e;
        } catch (PEMException | RuntimeException e) {
            // RuntimeException: a wrong passphrase gives bytes that no parser expects
            throw isUnknown(e) ? notSupported(cipher) : Passphrases.wrong();
        }
    }

    private static boolean isUnknown(Exception e) {
        return e.getMessage() != null && e.getMessage().contains("unknown encryption");
    }

    private static CertificateFileException notSupported(String cipher) {
        return new CertificateFileException(
                Problem.NOT_SUPPORTED,
                "the private key is encrypted with '" + Shown.of(cipher)
                        + "', which is not read: convert it with openssl pkcs8 -topk8 -v2 aes256");
    }
}
