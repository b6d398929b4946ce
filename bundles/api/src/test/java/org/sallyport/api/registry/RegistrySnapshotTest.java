// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Ids;

final class RegistrySnapshotTest {
    @Test
    void destinationsOfAGatewayAreAllOfItsAndNoOthers() {
        Ids ids = new Ids(new Random(1));
        SortedMap<DestinationId, Destination> destinations = new TreeMap<>();
        GatewayId wanted = ids.gateway("local");
        for (int i = 0; i < 50; i++) {
            GatewayId gateway = i % 5 == 0 ? wanted : ids.gateway("local");
            DestinationId id = ids.destination(gateway);
            destinations.put(
                    id,
                    new Destination(
                            id,
                            gateway,
                            "d" + i,
                            Direction.CLOUD,
                            "tcp",
                            new HostPort("db", 5432),
                            1000 + i,
                            true,
                            DestinationOptions.DEFAULTS));
        }
        RegistrySnapshot snapshot = new RegistrySnapshot(1, new TreeMap<>(), destinations, Map.of(), Set.of());

        assertThat(snapshot.destinationsOf(wanted))
                .hasSize(10)
                .allSatisfy(destination -> assertThat(destination.gateway()).isEqualTo(wanted));
        assertThat(snapshot.destinationsOf(ids.gateway("local"))).isEmpty();
    }
}
