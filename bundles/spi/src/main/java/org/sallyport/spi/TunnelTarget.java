// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.KeyMaterial;

/**
 * Where a client connects and whom it expects there.
 *
 * @param address the server's tunnel port; resolved anew for each connect, all its addresses tried in turn
 * @param serverName the only name that is accepted in the server's certificate, whatever the address
 * @param pins fingerprints of CA keys, one of which must have issued the server's certificate
 * @param identity the client's own key
 * @param proxy the outbound proxy, or null
 * @param timeout for the connection, the proxy and the handshake together
 */
public record TunnelTarget(
        HostPort address,
        String serverName,
        Set<String> pins,
        KeyMaterial identity,
        @Nullable OutboundProxy proxy,
        Duration timeout) {
    public TunnelTarget {
        pins = Set.copyOf(pins);
        if (pins.isEmpty()) {
            throw new IllegalArgumentException("no pin: expected at least the one of the token");
        }
    }
}
