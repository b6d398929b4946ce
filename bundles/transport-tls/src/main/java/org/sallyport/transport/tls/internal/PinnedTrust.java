// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.Fingerprints;

/**
 * What a client believes: a chain that ends in a CA whose key is pinned, and in its first certificate the server's own name,
 * whatever address was dialled. Certificates that browsers trust are of no use here.
 */
final class PinnedTrust implements X509TrustManager {
    private static final int DNS_NAME = 2;

    private final String serverName;
    private final Set<String> pins;

    PinnedTrust(String serverName, Set<String> pins) {
        this.serverName = serverName;
        this.pins = pins;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        int anchor = anchor(chain);
        if (anchor < 0) {
            throw new UntrustedServerException("another server answered: the certificate that it showed, "
                    + chain[0].getSubjectX500Principal() + ", was not issued by the CA that the token names");
        }
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(chain[anchor], null)));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509")
                                    .generateCertPath(List.of(Arrays.copyOf(chain, anchor))),
                            parameters);
        } catch (GeneralSecurityException broken) {
            throw new UntrustedServerException(
                    "the server's certificate does not hold: " + broken.getMessage(), broken);
        }
        if (!names(chain[0]).contains(serverName)) {
            throw new UntrustedServerException(
                    "another server answered: its certificate names " + names(chain[0]) + "; expected " + serverName);
        }
    }

    /** {@return index of the first certificate after the server's own that has a pinned key, -1 for none} */
    private int anchor(X509Certificate[] chain) {
        for (int each = 1; each < chain.length; each++) {
            if (pins.contains(Fingerprints.of(chain[each].getPublicKey()))) {
                return each;
            }
        }
        return -1;
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException {
        @Nullable Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return List.of();
        }
        return names.stream()
                .filter(name -> name.get(0).equals(DNS_NAME))
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
        throw new UnsupportedOperationException("this is a client's");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    /** Another server, or one whose certificate is broken; the message is for an operator. */
    static final class UntrustedServerException extends CertificateException {
        private static final long serialVersionUID = 1L;

        UntrustedServerException(String message) {
            super(message);
        }

        UntrustedServerException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
