// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.util.List;

/** What all TLS of this process has in common, tunnels and legs alike: whose it is, its versions and its ciphers. */
public final class TlsPolicy {
    /** No RSA key exchange, no CBC: only what is forward secret and authenticated. Names TLS 1.3 suites for the JDK too. */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /**
     * Netty hands a key to its TLS in a key store that lives in memory only. Protecting it as PKCS#12 does, the default, costs
     * ten thousand rounds of hashing for each context: a second of a cold start, and that again for each tunnel of a client.
     */
    private static final String KEY_STORE = "JKS";

    private TlsPolicy() {}

    /** {@return BoringSSL where it loads, else the JDK's} */
    public static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    /**
     * Sets what all contexts have in common.
     *
     * @param builder of a context
     * @param provider whose TLS
     * @return the builder
     */
    public static SslContextBuilder apply(SslContextBuilder builder, SslProvider provider) {
        return builder.sslProvider(provider)
                .keyStoreType(KEY_STORE)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE);
    }
}
