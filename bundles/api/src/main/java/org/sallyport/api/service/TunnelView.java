// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Instant;

/**
 * A tunnel as either end shows it.
 *
 * @param remote the other end's address
 * @param tls version and cipher, for example {@code TLSv1.3 TLS_AES_128_GCM_SHA256}
 * @param transport socket and TLS implementation in use, for example {@code epoll, BoringSSL}
 * @param streams open now
 * @param bytesSent carried payload
 * @param bytesReceived carried payload
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
        String state) {}
