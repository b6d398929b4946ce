// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.net.InetSocketAddress;
import java.util.Map;
import org.sallyport.api.DestinationId;

/**
 * What the ingress end tells when it opens a stream.
 *
 * @param destination which resource is wanted
 * @param revision the configuration revision that the ingress end relies on; the egress end waits for it, 2 s at most
 * @param source where the application connected from
 * @param local the address that it connected to
 * @param facts what the protocol learned from the application, for example {@code sni} and {@code alpn}; at most 16
 *     entries
 * @param flow the ID that both ends log
 */
public record OpenRequest(
        DestinationId destination,
        long revision,
        InetSocketAddress source,
        InetSocketAddress local,
        Map<String, String> facts,
        long flow) {
    public OpenRequest {
        facts = Map.copyOf(facts);
    }
}
