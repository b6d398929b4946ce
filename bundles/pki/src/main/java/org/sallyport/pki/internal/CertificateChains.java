// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;

/** Puts certificates in the order in which a TLS end sends them (RFC 8446 §4.4.2): each is signed by the next. */
final class CertificateChains {
    private CertificateChains() {}

    /**
     * Orders a chain.
     *
     * @param end the first certificate
     * @param others what else there is, in any order; all of it has to belong to the chain
     * @return the end's certificate, then its issuers as far as they are there
     */
    static List<X509Certificate> order(X509Certificate end, List<X509Certificate> others) {
        List<X509Certificate> chain = new ArrayList<>(List.of(end));
        List<X509Certificate> left = new ArrayList<>(others);
        X509Certificate last = end;
        while (!left.isEmpty()) {
            X509Certificate issuer = issuer(last, left);
            left.remove(issuer);
            chain.add(issuer);
            last = issuer;
        }
        return chain;
    }

    private static X509Certificate issuer(X509Certificate of, List<X509Certificate> candidates) {
        for (X509Certificate candidate : candidates) {
            if (candidate.getSubjectX500Principal().equals(of.getIssuerX500Principal())
                    && Facts.isSignedBy(of, candidate)) {
                if (!Facts.isAuthority(candidate) && candidate.getVersion() == 3) {
                    throw new CertificateFileException(
                            Problem.WRONG_KIND,
                            Facts.shown(candidate) + " has signed another one and is no CA: expected a chain of CAs");
                }
                return candidate;
            }
        }
        throw new CertificateFileException(
                Problem.CHAIN_BROKEN,
                "the chain does not connect: " + Facts.shown(candidates.get(0)) + " has not signed " + Facts.shown(of)
                        + ". Leave out what does not belong to the chain, and add the CA between");
    }
}
