// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A private key and its certificate chain, as a TLS end presents them.
 *
 * @param key the private key; never logged
 * @param chain the end's certificate first, then its issuers
 */
public record KeyMaterial(PrivateKey key, List<X509Certificate> chain) {
    public KeyMaterial {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a certificate chain without a certificate: expected at least one");
        }
    }

    /** {@return the certificate that belongs to the key} */
    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** Shows the subject only: the key is a secret. */
    @Override
    public String toString() {
        return "KeyMaterial[" + certificate().getSubjectX500Principal() + "]";
    }
}
