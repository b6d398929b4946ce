// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.PeerTrust;

/**
 * Verifies peers of a leg: the platform builds and checks the chain to one of the anchors (RFC 5280 §6) and, at the egress,
 * compares the name (RFC 6125); then the certificate itself has to be accepted.
 */
final class LegTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager platform;
    private final PeerTrust trust;

    private LegTrust(X509ExtendedTrustManager platform, PeerTrust trust) {
        this.platform = platform;
        this.trust = trust;
    }

    /**
     * A trust manager for handshakes to come.
     *
     * @param trust whom to trust; without anchors: what the platform trusts
     * @return the trust manager
     */
    static LegTrust of(PeerTrust trust) throws GeneralSecurityException, IOException {
        KeyStore anchors = null;
        if (!trust.anchors().isEmpty()) {
            anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int number = 0;
            for (X509Certificate anchor : trust.anchors()) {
                anchors.setCertificateEntry("anchor-" + number, anchor);
                number++;
            }
        }
        return new LegTrust(platform(anchors), trust);
    }

    private static X509ExtendedTrustManager platform(@Nullable KeyStore anchors) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(anchors);
        for (TrustManager made : factory.getTrustManagers()) {
            if (made instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new IllegalStateException("the platform has no way to verify certificates");
    }

    private void accept(X509Certificate[] chain) throws CertificateException {
        if (!trust.accepts(chain[0])) {
            throw new CertificateException("certificate "
                    + chain[0].getSerialNumber().toString(16) + " was revoked, or was not issued for this destination");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        platform.checkClientTrusted(chain, type, engine);
        accept(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        try {
            platform.checkServerTrusted(chain, type, engine);
            accept(chain);
        } catch (CertificateException e) {
            throw new RejectedChain(e, chain);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
        throw engineless();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
        throw engineless();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
        throw engineless();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
        throw engineless();
    }

    /** Without the engine the name could not be compared. */
    private static IllegalStateException engineless() {
        return new IllegalStateException("certificates are verified with the engine of their connection");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return platform.getAcceptedIssuers();
    }
}
