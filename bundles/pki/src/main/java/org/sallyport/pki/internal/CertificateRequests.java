// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Locale;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;

/** Certificate requests (PKCS#10, RFC 2986): made here, and read from others. */
final class CertificateRequests {
    private static final int MAX_BYTES = 64 * 1024;

    private CertificateRequests() {}

    static byte[] make(String commonName, KeyPair pair) throws OperatorCreationException, IOException {
        return new JcaPKCS10CertificationRequestBuilder(Certificates.commonName(commonName), pair.getPublic())
                .build(new JcaContentSignerBuilder(Certificates.SIGNATURE).build(pair.getPrivate()))
                .getEncoded();
    }

    /**
     * Takes the key from a request, and nothing else: what it wishes to be called is not its maker's to say.
     *
     * @param request DER or PEM, also hostile
     * @return a strong key; its maker has the private one
     */
    static PublicKey keyOf(byte[] request) {
        if (request.length > MAX_BYTES) {
            throw new CertificateFileException(
                    Problem.TOO_LARGE,
                    "a certificate request of " + request.length + " bytes: expected at most " + MAX_BYTES);
        }
        try {
            JcaPKCS10CertificationRequest read = new JcaPKCS10CertificationRequest(der(request));
            PublicKey key = read.getPublicKey();
            CertificateRules.checkKey(key, "the certificate request");
            if (!read.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw notProven();
            }
            return key;
        } catch (CertificateFileException e) {
            throw e;
        } catch (PKCSException | OperatorCreationException e) {
            throw notProven();
        } catch (IOException | GeneralSecurityException | RuntimeException | StackOverflowError e) {
            // what the parser throws at hostile bytes, see DerParts
            throw new CertificateFileException(
                    Problem.NOT_X509,
                    "this is no certificate request, or it is damaged: expected PKCS#10 in DER or PEM, make it again");
        }
    }

    private static byte[] der(byte[] request) throws IOException {
        String text = new String(request, ISO_8859_1);
        if (!text.contains("-----BEGIN ")) {
            return request;
        }
        try (PemReader pem = new PemReader(new StringReader(text))) {
            for (PemObject block = pem.readPemObject(); block != null; block = pem.readPemObject()) {
                if (block.getType().toUpperCase(Locale.ROOT).endsWith("CERTIFICATE REQUEST")) {
                    return block.getContent();
                }
            }
        }
        throw new IOException("no request");
    }

    private static CertificateFileException notProven() {
        return new CertificateFileException(
                Problem.KEY_MISMATCH,
                "the certificate request is not signed with the key that it asks a certificate for: make it again, where"
                        + " the key is");
    }
}
