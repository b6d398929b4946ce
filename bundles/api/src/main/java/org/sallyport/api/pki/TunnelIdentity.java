// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the server shows on its tunnel port.
 *
 * @param serverName the server's own name, {@code <random>.sallyport}; the only name in its certificate
 * @param pin fingerprint of the tunnel CA's public key, 64 hexadecimal digits; what a token carries
 * @param nextPin fingerprint of the CA that will follow, or null
 * @param material the tunnel certificate with its key, its chain ending in the CA
 * @param renewAt when the certificate should be replaced
 */
public record TunnelIdentity(
        String serverName, String pin, @Nullable String nextPin, KeyMaterial material, Instant renewAt) {}
