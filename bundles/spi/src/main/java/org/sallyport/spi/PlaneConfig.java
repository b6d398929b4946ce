// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.time.Duration;
import java.util.List;
import org.sallyport.api.Cidr;
import org.sallyport.api.Destination;

/**
 * All that one end does for one gateway.
 *
 * @param revision grows with each configuration
 * @param enabled false: nothing is carried, states are <em>disabled</em>
 * @param ingress destinations whose applications connect here
 * @param egress destinations whose resources are dialled from here
 * @param access decides what is dialled from here; both ends of a gateway make theirs of its ACL, so a change of it is also
 *     the news that the other end judges anew
 * @param trustedProxies sources whose word about who an application is counts
 * @param balancer name of the policy that chooses among tunnels
 * @param listenAddress where ingress destinations listen, an address or a name of this machine
 * @param listenGrace how long listeners stay after the last tunnel went
 * @param drainTimeout how long connections of what was disabled or removed may go on
 */
public record PlaneConfig(
        long revision,
        boolean enabled,
        List<Destination> ingress,
        List<Destination> egress,
        AccessPolicy access,
        List<Cidr> trustedProxies,
        String balancer,
        String listenAddress,
        Duration listenGrace,
        Duration drainTimeout) {
    public PlaneConfig {
        ingress = List.copyOf(ingress);
        egress = List.copyOf(egress);
        trustedProxies = List.copyOf(trustedProxies);
    }
}
