// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files as somebody gave them: PEM with any number of blocks, DER, PKCS#12 or PKCS#7, which is seen from their contents. A
 * key and its chain may be one file or several.
 *
 * @param files their contents; not changed and not kept
 * @param passphrase what opens the key, the same for all files; null when there is none
 */
public record CertificateUpload(List<byte[]> files, @Nullable String passphrase) {
    /** All files together may have this many bytes; more is refused before anything is read. */
    public static final int MAX_BYTES = 1 << 20;

    /** A list may have this many certificates, so that what an end trusts can still be looked through by a person. */
    public static final int MAX_AUTHORITIES = 32;

    public CertificateUpload {
        files = List.copyOf(files);
    }

    /** {@return files that need no passphrase} */
    public static CertificateUpload of(byte[]... files) {
        return new CertificateUpload(List.of(files), null);
    }

    /** {@return these files with what opens them} */
    public CertificateUpload withPassphrase(String secret) {
        return new CertificateUpload(files, secret);
    }

    /** Shows neither contents nor passphrase: both are secrets. */
    @Override
    public String toString() {
        return "CertificateUpload[" + files.size() + " files]";
    }
}
