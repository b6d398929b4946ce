// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Instant;
import java.util.List;

/**
 * A tunnel as either end shows it.
 *
 * @param remote the other end's address
 * @param tls version and cipher, for example {@code TLSv1.3 TLS_AES_128_GCM_SHA256}
 * @param transport socket and TLS implementation in use, for example {@code epoll, BoringSSL}
 * @param streams open now
 * @param bytesSent carried payload
 * @param bytesReceived carried payload
 * @param state {@code attached} or {@code draining}
 * @param key fingerprint of the other end's key: at the server the client's, at the client the server's
 * @param heldBytes that its streams hold for readers that have not taken them yet, and for want of credit
 * @param features that both ends use
 * @param limits that hold for it, since its beginning
 */
public record TunnelView(
        String client,
        String gateway,
        String remote,
        String tls,
        String transport,
        Instant since,
        double rttMillis,
        int streams,
        long bytesSent,
        long bytesReceived,
        String state,
        String key,
        long heldBytes,
        List<String> features,
        List<LimitView> limits) {
    public TunnelView {
        features = List.copyOf(features);
        limits = List.copyOf(limits);
    }
}
