// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import org.sallyport.api.pki.KeyMaterial;

/**
 * A key and its certificates, in files as programs read them.
 *
 * @param certificate the certificate and those that signed it
 * @param key the private key
 */
record Pem(Path certificate, Path key) {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    /** Writes them into a folder. */
    static Pem of(KeyMaterial material, Path folder, String name) throws IOException {
        return new Pem(
                certificates(material.chain(), folder, name),
                Files.writeString(
                        folder.resolve(name + ".key"),
                        block("PRIVATE KEY", material.key().getEncoded())));
    }

    /** Writes certificates, as of those to trust, into a folder. */
    static Path certificates(List<X509Certificate> certificates, Path folder, String name) throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (X509Certificate each : certificates) {
                text.append(block("CERTIFICATE", each.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
        return Files.writeString(folder.resolve(name + ".pem"), text);
    }

    private static String block(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n" + new String(LINES.encode(der), StandardCharsets.US_ASCII)
                + "\n-----END " + type + "-----\n";
    }
}
