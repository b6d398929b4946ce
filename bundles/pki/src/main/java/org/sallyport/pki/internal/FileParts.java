// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.sallyport.api.Shown;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateUpload;

/**
 * Takes files apart: PEM (RFC 7468, and the older form with headers of RFC 1421) into its blocks, anything else is taken for
 * DER. What a block is, is seen from its contents: labels are often wrong, contents are not.
 */
final class FileParts {
    /** More than any file in use has; each part costs time. */
    private static final int MAX_PARTS = 200;

    private static final String BEGIN = "-----BEGIN ";
    private static final String TRUSTED = "TRUSTED CERTIFICATE";
    private static final String KEY_CIPHER = "DEK-Info";

    private FileParts() {}

    /**
     * Reads files, also hostile ones.
     *
     * @param upload what was given
     * @return all that is in it, in its order, at least one part
     * @throws CertificateFileException when something in it cannot be read
     */
    static List<FilePart> of(CertificateUpload upload) {
        long bytes = upload.files().stream().mapToLong(file -> file.length).sum();
        if (bytes > CertificateUpload.MAX_BYTES) {
            throw new CertificateFileException(
                    Problem.TOO_LARGE,
                    bytes + " bytes: expected certificates and keys of at most " + CertificateUpload.MAX_BYTES
                            + " bytes together");
        }
        if (bytes == 0) {
            throw new CertificateFileException(
                    Problem.NO_CERTIFICATE, "the file is empty: expected certificates in PEM, DER or PKCS#12");
        }
        List<FilePart> parts = new ArrayList<>();
        for (byte[] file : upload.files()) {
            // every byte is a character of its own: what is not ASCII stands between blocks, where anything may
            String text = new String(file, ISO_8859_1);
            if (text.contains(BEGIN)) {
                readPem(text, Passphrases.of(upload), parts);
            } else {
                add(parts, DerParts.of(file, Passphrases.of(upload)));
            }
        }
        return parts;
    }

    private static void readPem(String text, char[] passphrase, List<FilePart> parts) {
        // a byte order mark or blanks before the first line would hide it
        try (PemReader pem = new PemReader(new StringReader(text.substring(text.indexOf(BEGIN))))) {
            for (PemObject block = pem.readPemObject(); block != null; block = pem.readPemObject()) {
                add(parts, block(block, passphrase));
            }
        } catch (CertificateFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // RuntimeException: the library's decoder throws several. Its messages may repeat a key's text
            throw new CertificateFileException(
                    Problem.NOT_X509,
                    "a PEM block after part " + parts.size() + " is damaged or cut off: expected Base64 lines between"
                            + " its BEGIN and END lines, copy the file again");
        }
    }

    private static List<FilePart> block(PemObject block, char[] passphrase) {
        byte[] content = block.getContent();
        for (Object header : block.getHeaders()) {
            if (header instanceof PemHeader named && named.getName().equals(KEY_CIPHER)) {
                return List.of(new FilePart.Key(given -> LegacyPem.open(named.getValue(), content, given)));
            }
        }
        if (block.getType().equals(TRUSTED)) {
            return DerParts.trusted(content);
        }
        if (block.getType().endsWith("PARAMETERS")) {
            return List.of(new FilePart.Other("parameters of a key"));
        }
        try {
            return DerParts.of(content, passphrase);
        } catch (CertificateFileException e) {
            throw new CertificateFileException(
                    e.problem(), "PEM block '" + Shown.of(block.getType()) + "': " + e.getMessage());
        }
    }

    private static void add(List<FilePart> parts, List<FilePart> more) {
        parts.addAll(more);
        if (parts.size() > MAX_PARTS) {
            throw new CertificateFileException(
                    Problem.TOO_MANY,
                    "more than " + MAX_PARTS + " certificates and keys: expected at most "
                            + CertificateUpload.MAX_AUTHORITIES + " certificates, leave out those that are not needed");
        }
    }
}
