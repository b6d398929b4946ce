// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import java.time.Duration;

/**
 * What one connection may have.
 *
 * @param streams beyond which the peer's are refused: each costs memory though it carries nothing
 * @param opens streams that were opened by the peer and not answered yet, beyond which its streams are refused
 * @param quiet after how long without a byte the peer is asked whether it is there
 * @param dead after how long without a byte the connection is given up
 */
public record TunnelLimits(int streams, int opens, Duration quiet, Duration dead) {
    /** What holds where nothing else is configured. */
    public static final TunnelLimits STANDARD =
            new TunnelLimits(32_768, 1024, Duration.ofSeconds(4), Duration.ofSeconds(12));
}
