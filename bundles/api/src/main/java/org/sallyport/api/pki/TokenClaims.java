// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;

/**
 * What a security token or a descriptor says (RFC 7519 claims and our own).
 *
 * @param gateway the gateway that it opens ({@code configuration_id})
 * @param serial the token number ({@code sp_serial})
 * @param issued {@code iat}, whole seconds
 * @param expires {@code exp}, whole seconds; null: never
 * @param addresses where the server's tunnel port can be reached, tried in turn ({@code sp_addresses})
 * @param serverName the name in the server's tunnel certificate ({@code sp_server})
 * @param pin fingerprint of the tunnel CA's public key ({@code sp_pin})
 * @param proof false for a descriptor, which is not signed and opens only gateways that require no token
 */
public record TokenClaims(
        GatewayId gateway,
        int serial,
        Instant issued,
        @Nullable Instant expires,
        List<HostPort> addresses,
        String serverName,
        String pin,
        boolean proof) {
    public TokenClaims {
        addresses = List.copyOf(addresses);
    }
}
