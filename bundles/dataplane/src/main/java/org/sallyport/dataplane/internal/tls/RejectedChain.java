// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/** A peer that was not accepted, with the certificates that it showed, which no session tells after that. */
public final class RejectedChain extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient List<X509Certificate> chain;

    RejectedChain(CertificateException cause, X509Certificate... chain) {
        super(cause.getMessage(), cause);
        this.chain = List.of(chain);
    }

    /** {@return the peer's own certificate, then those that it sent along} */
    public List<X509Certificate> chain() {
        return chain;
    }
}
