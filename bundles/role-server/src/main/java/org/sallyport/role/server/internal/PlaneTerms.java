// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.sallyport.api.Cidr;
import org.sallyport.api.Destination;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.config.EgressPolicy;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.spi.PlaneConfig;

/**
 * What the server's settings say about every gateway's plane. Two that are equal need no new configuration. Pure.
 *
 * @param egress what is dialled for cloud destinations
 * @param own whether an address is one of this server's
 */
record PlaneTerms(
        String listenAddress,
        Duration listenGrace,
        Duration drainTimeout,
        List<Cidr> trustedProxies,
        EgressPolicy egress,
        Predicate<InetAddress> own) {
    static PlaneTerms of(ServerSettings settings, Predicate<InetAddress> own) {
        return new PlaneTerms(
                settings.listenAddress(),
                settings.listenGrace(),
                settings.drainTimeout(),
                settings.trustedProxies(),
                settings.egress(),
                own);
    }

    /** {@return what this server dials for a gateway} */
    ServerAccess access(Gateway gateway) {
        return new ServerAccess(gateway.id(), egress, own, gateway.acl());
    }

    /** {@return what a gateway's plane does: on-premises destinations begin here, cloud destinations end here} */
    PlaneConfig config(long revision, Gateway gateway, List<Destination> destinations) {
        return new PlaneConfig(
                revision,
                gateway.enabled(),
                only(Direction.ON_PREMISES, destinations),
                only(Direction.CLOUD, destinations),
                access(gateway),
                trustedProxies,
                gateway.balancer(),
                listenAddress,
                listenGrace,
                drainTimeout);
    }

    private static List<Destination> only(Direction direction, List<Destination> destinations) {
        return destinations.stream()
                .filter(destination -> destination.direction() == direction)
                .toList();
    }
}
