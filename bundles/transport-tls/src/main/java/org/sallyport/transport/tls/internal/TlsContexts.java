// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.spi.TlsPolicy;
import org.sallyport.wire.TunnelProtocol;

/**
 * Where all TLS of tunnels is set up: BoringSSL where it loads, else the JDK's. TLS 1.3 and 1.2, a key at both ends, no session
 * is ever resumed, ALPN is offered and, because BoringSSL cannot send its alert, checked by {@code handshake} at both ends.
 */
final class TlsContexts {

    private final SslProvider provider;

    /**
     * @param provider whose TLS
     */
    TlsContexts(SslProvider provider) {
        this.provider = provider;
    }

    /** The best that loads. */
    static TlsContexts best() {
        return new TlsContexts(TlsPolicy.provider());
    }

    /** {@return the name of the implementation in use, for people} */
    String implementation() {
        return provider == SslProvider.JDK ? "JDK TLS" : "BoringSSL";
    }

    /**
     * {@return whether it changes the keys of a connection by itself before they are used up}
     *
     * @param negotiated of the connection
     */
    boolean rekeys(SSLSession negotiated) {
        return Rekeying.byItself(provider, negotiated.getProtocol(), negotiated.getCipherSuite());
    }

    SslContext server(KeyMaterial identity) throws SSLException {
        return common(SslContextBuilder.forServer(identity.key(), chain(identity)))
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(new AnyKey())
                .build();
    }

    SslContext client(KeyMaterial identity, X509TrustManager trust) throws SSLException {
        return common(SslContextBuilder.forClient())
                .keyManager(identity.key(), chain(identity))
                .trustManager(trust)
                .endpointIdentificationAlgorithm("")
                .build();
    }

    private static X509Certificate[] chain(KeyMaterial identity) {
        return identity.chain().toArray(X509Certificate[]::new);
    }

    private SslContextBuilder common(SslContextBuilder builder) {
        return TlsPolicy.apply(builder, provider)
                .sessionCacheSize(1)
                .sessionTimeout(1)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        TunnelProtocol.ALPN));
    }

    /**
     * Every key is welcome in the handshake, which proves that the client has it; whether it may attach is for the role to
     * decide, which knows the token too.
     */
    private static final class AnyKey implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // see above
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException("this is a server's");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
