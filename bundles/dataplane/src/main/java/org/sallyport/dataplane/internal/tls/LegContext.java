// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one leg makes handshakes with, or why it can make none.
 *
 * @param contexts by the protocol that is offered (RFC 7301) where this end is the client; under the empty name the one that
 *     offers none, or where this end is the server, all; empty: there are none
 * @param obstacle why there are none, for people; else empty
 * @param certain false: that may change by itself in a moment, for it is still being read
 * @param shown the certificate that this end shows, null when it shows none
 */
record LegContext(Map<String, SslContext> contexts, String obstacle, boolean certain, @Nullable X509Certificate shown) {
    /** Nobody has told yet. */
    static final LegContext UNKNOWN = new LegContext(Map.of(), "its certificates are being read", false, null);

    LegContext {
        contexts = Map.copyOf(contexts);
    }

    static LegContext missing(String obstacle) {
        return new LegContext(Map.of(), obstacle, true, null);
    }

    /** {@return the context that offers a protocol, or else none; null when there is no context at all} */
    @Nullable
    SslContext offering(String protocol) {
        SslContext exact = contexts.get(protocol);
        return exact == null ? contexts.get("") : exact;
    }

    /** {@return when the certificate expires that this end shows, null when it shows none} */
    @Nullable
    Instant until() {
        return shown == null ? null : shown.getNotAfter().toInstant();
    }
}
