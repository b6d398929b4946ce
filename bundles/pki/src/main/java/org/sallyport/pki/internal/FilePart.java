// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** One thing that a file of certificates and keys holds. */
sealed interface FilePart {
    /** A certificate. */
    record Certificate(X509Certificate certificate) implements FilePart {}

    /** A private key, encrypted or not. It is opened only by who needs it, so that nobody is asked for a passphrase in vain. */
    record Key(Lock lock) implements FilePart {}

    /** Something else, which may be there but is of no use. */
    record Other(String what) implements FilePart {}

    /** What stands between a file and its key. */
    interface Lock {
        PrivateKey open(char[] passphrase);
    }
}
