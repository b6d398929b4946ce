// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

/**
 * Files or a certificate request cannot be used. The message says which certificate, what is wrong with it and what to do;
 * it holds no secret.
 */
public final class CertificateFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong, for callers that act on it: ask for a passphrase, answer with a status. */
    public enum Problem {
        /** More bytes than are read. */
        TOO_LARGE,
        /** Damaged, cut off, or something else than X.509 certificates and keys. */
        NOT_X509,
        /** There is none. */
        NO_CERTIFICATE,
        /** There is none. */
        NO_KEY,
        /** Expected exactly one. */
        SEVERAL_KEYS,
        /** The key is encrypted and no passphrase was given. */
        PASSPHRASE_NEEDED,
        /** The passphrase does not open the key. */
        WRONG_PASSPHRASE,
        /** A kind of key or encryption that is not read. */
        NOT_SUPPORTED,
        /** No certificate is for the key. */
        KEY_MISMATCH,
        /** Its time is over. */
        EXPIRED,
        /** Its time has not come. */
        NOT_YET_VALID,
        /** A short key, or a signature by a broken hash. */
        TOO_WEAK,
        /** For example a CA where an end's certificate is expected, or a certificate request. */
        WRONG_KIND,
        /** A certificate that does not belong to the chain. */
        CHAIN_BROKEN,
        /** More certificates than are held. */
        TOO_MANY
    }

    private final Problem problem;

    public CertificateFileException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    /** {@return what is wrong} */
    public Problem problem() {
        return problem;
    }
}
