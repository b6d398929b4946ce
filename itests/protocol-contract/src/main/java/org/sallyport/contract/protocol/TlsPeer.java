// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.testkit.resource.Resource;

/** Somebody who speaks TLS by the JDK's own means, an application or a resource. */
public final class TlsPeer {
    private static final int LIMIT_MILLIS = 20_000;
    private static final char[] NO_SECRET = "changeit".toCharArray();

    private final SSLContext context;

    /**
     * @param key what it shows, null for nothing
     * @param anchor whom it trusts, null for nobody
     */
    public TlsPeer(@Nullable KeyMaterial key, @Nullable X509Certificate anchor) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            if (key != null) {
                store.setKeyEntry("own", key.key(), NO_SECRET, key.chain().toArray(Certificate[]::new));
            }
            KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
            own.init(store, NO_SECRET);
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            if (anchor != null) {
                anchors.setCertificateEntry("anchor", anchor);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            if (anchor != null) {
                trust.init(anchors);
            }
            context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), anchor == null ? null : trust.getTrustManagers(), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Connects as an application that verifies a name; the handshake is the first thing that the caller does. */
    public SSLSocket connect(HostPort to, String name) throws IOException {
        Socket plain = new Socket(to.host(), to.port());
        plain.setSoTimeout(LIMIT_MILLIS);
        return over(plain, name);
    }

    /** Goes on in TLS on a connection on which something else was said before. */
    public SSLSocket over(Socket plain, String name) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, plain.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** {@return a resource that ends each connection once TLS is agreed on} */
    public Resource ending() {
        return Resource.of(plain -> {
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
            socket.setUseClientMode(false);
            socket.startHandshake();
            socket.close();
        });
    }

    /** {@return a resource that sends back what it gets, and ends when the application does} */
    public Resource echo(boolean needsClient) {
        return echo(needsClient, plain -> {});
    }

    /** {@return a resource that does something before TLS, then sends back what it gets, and ends when the application does} */
    public Resource echo(boolean needsClient, Resource.Script before) {
        return Resource.of(plain -> {
            before.serve(plain);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(needsClient);
            socket.getInputStream().transferTo(socket.getOutputStream());
            socket.shutdownOutput();
        });
    }
}
