// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.handler.ssl.SslProvider;
import java.security.Security;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether TLS changes its keys by itself before they are used up (docs/decisions/0016). The JDK's does in TLS 1.3, for both
 * directions and whatever the peer is, as its security property says; BoringSSL does not, and in TLS 1.2 nobody can.
 */
final class Rekeying {
    private static final String PROPERTY = "jdk.tls.keyLimits";

    private Rekeying() {}

    /**
     * {@return whether keys are changed}
     *
     * @param provider whose TLS
     * @param protocol that was negotiated
     * @param cipher suite that was negotiated
     */
    static boolean byItself(SslProvider provider, String protocol, String cipher) {
        return provider == SslProvider.JDK
                && protocol.equals("TLSv1.3")
                && limited(Security.getProperty(PROPERTY), cipher);
    }

    /** {@return whether a list of limits, as the JDK reads it, has one for a cipher suite} */
    static boolean limited(@Nullable String limits, String cipher) {
        String algorithm = cipher.contains("CHACHA20") ? "chacha20-poly1305" : "aes/gcm/nopadding";
        if (limits == null) {
            return false;
        }
        for (String limit : limits.toLowerCase(Locale.ROOT).split(",", -1)) {
            List<String> words = List.of(limit.strip().split("\\s+", -1));
            if (words.size() == 3
                    && words.get(0).equals(algorithm)
                    && words.get(1).equals("keyupdate")) {
                return true;
            }
        }
        return false;
    }
}
