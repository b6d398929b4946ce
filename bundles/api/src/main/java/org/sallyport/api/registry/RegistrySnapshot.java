// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.registry;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;

/**
 * Everything that a registry holds, at one revision. Immutable.
 *
 * @param revision grows with each change; a client's configuration carries it
 * @param gateways all gateways
 * @param destinations all destinations; each belongs to a gateway that is there
 * @param keys the client keys that were admitted, by gateway and fingerprint
 * @param blockedKeys fingerprints that no gateway admits any more
 */
public record RegistrySnapshot(
        long revision,
        SortedMap<GatewayId, Gateway> gateways,
        SortedMap<DestinationId, Destination> destinations,
        Map<KeyOfGateway, ClientKey> keys,
        Set<String> blockedKeys) {
    /** A registry in which nothing was ever stored. */
    public static final RegistrySnapshot EMPTY =
            new RegistrySnapshot(0, new TreeMap<>(), new TreeMap<>(), Map.of(), Set.of());

    /** A client key is known to one gateway at a time. */
    public record KeyOfGateway(GatewayId gateway, String fingerprint) {}

    public RegistrySnapshot {
        gateways = Collections.unmodifiableSortedMap(gateways);
        destinations = Collections.unmodifiableSortedMap(destinations);
        keys = Map.copyOf(keys);
        blockedKeys = Set.copyOf(blockedKeys);
    }

    /** {@return the gateway with this ID, or null} */
    public @Nullable Gateway gateway(GatewayId id) {
        return gateways.get(id);
    }

    /** {@return the destination with this ID, or null} */
    public @Nullable Destination destination(DestinationId id) {
        return destinations.get(id);
    }

    /** {@return the destinations of a gateway, in the order of their IDs} */
    public Stream<Destination> destinationsOf(GatewayId gateway) {
        // IDs of one gateway share their stem, so they lie side by side
        return destinations.tailMap(new DestinationId(gateway.stem() + "_00000")).values().stream()
                .takeWhile(destination -> destination.id().belongsTo(gateway));
    }
}
