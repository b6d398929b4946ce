// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.testkit.resource.Resource;

/** An application or a resource that speaks TLS: with a key or without, and with one CA that it trusts. */
final class TlsEnd {
    private static final int LIMIT_MILLIS = 20_000;

    private final SSLContext context;

    private TlsEnd(KeyManager[] keys, X509Certificate anchor) {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            anchors.setCertificateEntry("anchor", anchor);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(anchors);
            context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static TlsEnd trusting(X509Certificate anchor) {
        return new TlsEnd(null, anchor);
    }

    /** {@return an application with what it was issued} */
    static TlsEnd of(ApplicationCredentials credentials, X509Certificate anchor) {
        char[] secret = credentials.passphrase().toCharArray();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(credentials.pkcs12()), secret);
            return new TlsEnd(keys(store, secret), anchor);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static TlsEnd of(KeyMaterial key, X509Certificate anchor) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", key.key(), new char[0], key.chain().toArray(X509Certificate[]::new));
            return new TlsEnd(keys(store, new char[0]), anchor);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyManager[] keys(KeyStore store, char[] secret) throws GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, secret);
        return keys.getKeyManagers();
    }

    /**
     * Asks a resource behind a port, as {@link Named#ask} does.
     *
     * @param name that the certificate has to be for
     * @return what it says; empty when no connection comes about
     */
    String ask(HostPort port, String name, String text) {
        try (SSLSocket socket = connect(port, name)) {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            byte[] answer = socket.getInputStream().readNBytes("office\n".length() + text.length());
            return new String(answer, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** {@return the certificate that is shown at a port} */
    X509Certificate shown(HostPort port, String name) {
        try (SSLSocket socket = connect(port, name)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        } catch (IOException e) {
            throw new AssertionError("no handshake with " + port, e);
        }
    }

    private SSLSocket connect(HostPort port, String name) throws IOException {
        Socket plain = new Socket(port.host(), port.port());
        plain.setSoTimeout(LIMIT_MILLIS);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /**
     * {@return a resource called office that lets nobody in without a certificate of its CA}
     *
     * @param seen is given the certificates that it was shown
     */
    Resource resource(AtomicReference<List<X509Certificate>> seen) {
        return Resource.of(plain -> {
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true)) {
                socket.setUseClientMode(false);
                socket.setNeedClientAuth(true);
                socket.startHandshake();
                seen.set(List.of((X509Certificate[]) socket.getSession().getPeerCertificates()));
                socket.getOutputStream().write("office\n".getBytes(StandardCharsets.UTF_8));
                socket.getInputStream().transferTo(socket.getOutputStream());
            }
        });
    }
}
