// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.registry.RegistrySnapshot.KeyOfGateway;
import org.sallyport.registry.internal.Write.Table;

/**
 * Applies the changes of one transaction to a snapshot: makes the next snapshot, and the writes that make the journal say
 * the same. Copies only what changes.
 */
final class Transaction {
    private final RegistrySnapshot before;
    private final List<Write> writes = new ArrayList<>();
    private SortedMap<GatewayId, Gateway> gateways;
    private SortedMap<DestinationId, Destination> destinations;
    private Map<KeyOfGateway, ClientKey> keys;
    private Set<String> blocked;

    private Transaction(RegistrySnapshot before) {
        this.before = before;
        this.gateways = before.gateways();
        this.destinations = before.destinations();
        this.keys = before.keys();
        this.blocked = before.blockedKeys();
    }

    /**
     * Applies changes in their order.
     *
     * @param before the contents that the transaction saw
     * @param changes what it decided
     * @return the step; without writes when nothing would change
     * @throws IllegalArgumentException when a change does not fit, as a destination of a gateway that is not there
     */
    static Step<RegistrySnapshot> apply(Contents before, List<RegistryChange> changes) {
        Transaction transaction = new Transaction(before.registry());
        changes.forEach(transaction::apply);
        if (transaction.writes.isEmpty()) {
            return new Step<>(before, List.of(), before.registry());
        }
        RegistrySnapshot after = transaction.after();
        transaction.writes.add(Records.revision(after.revision()));
        return new Step<>(before.with(after), transaction.writes, after);
    }

    private RegistrySnapshot after() {
        return new RegistrySnapshot(before.revision() + 1, gateways, destinations, keys, blocked);
    }

    // an if chain: Java 17 has no switch over types
    private void apply(RegistryChange change) {
        if (change instanceof RegistryChange.PutGateway put) {
            put(put.gateway());
        } else if (change instanceof RegistryChange.RemoveGateway remove) {
            remove(remove.id());
        } else if (change instanceof RegistryChange.PutDestination put) {
            put(put.destination());
        } else if (change instanceof RegistryChange.RemoveDestination remove) {
            remove(remove.id());
        } else if (change instanceof RegistryChange.PutKey put) {
            put(put.key());
        } else if (change instanceof RegistryChange.BlockKey block) {
            block(block.fingerprint());
        }
    }

    private void put(Gateway gateway) {
        // IDs of destinations hold the stem only, so two gateways must not share one
        for (GatewayId other :
                gateways.tailMap(new GatewayId(gateway.id().stem() + "_0")).keySet()) {
            if (!other.stem().equals(gateway.id().stem())) {
                break;
            }
            if (!other.equals(gateway.id())) {
                throw new IllegalArgumentException("gateway " + gateway.id() + ": its first 11 characters are those of "
                        + other + ", which is there already");
            }
        }
        writableGateways().put(gateway.id(), gateway);
        writes.add(Records.put(gateway));
    }

    private void remove(GatewayId id) {
        if (!gateways.containsKey(id)) {
            return;
        }
        writableGateways().remove(id);
        writes.add(Write.remove(Table.GATEWAYS, id.value()));
        List<DestinationId> gone = destinations.values().stream()
                .filter(destination -> destination.gateway().equals(id))
                .map(Destination::id)
                .toList();
        gone.forEach(this::remove);
        for (KeyOfGateway key : List.copyOf(keys.keySet())) {
            if (key.gateway().equals(id)) {
                writableKeys().remove(key);
                writes.add(Write.remove(Table.KEYS, Records.name(key)));
            }
        }
    }

    private void put(Destination destination) {
        checkGateway("destination " + destination.id(), destination.gateway());
        writableDestinations().put(destination.id(), destination);
        writes.add(Records.put(destination));
    }

    private void remove(DestinationId id) {
        if (destinations.containsKey(id)) {
            writableDestinations().remove(id);
            writes.add(Write.remove(Table.DESTINATIONS, id.value()));
        }
    }

    private void put(ClientKey key) {
        checkGateway("client key " + key.fingerprint(), key.gateway());
        writableKeys().put(new KeyOfGateway(key.gateway(), key.fingerprint()), key);
        writes.add(Records.put(key));
    }

    private void block(String fingerprint) {
        ClientKey.checkFingerprint(fingerprint);
        if (!blocked.contains(fingerprint)) {
            blocked = new HashSet<>(blocked);
            blocked.add(fingerprint);
            writes.add(Records.block(fingerprint));
        }
    }

    private void checkGateway(String what, GatewayId gateway) {
        if (!gateways.containsKey(gateway)) {
            throw new IllegalArgumentException(what + ": expected a gateway that is there, but there is no " + gateway);
        }
    }

    private SortedMap<GatewayId, Gateway> writableGateways() {
        if (gateways == before.gateways()) {
            gateways = new TreeMap<>(gateways);
        }
        return gateways;
    }

    private SortedMap<DestinationId, Destination> writableDestinations() {
        if (destinations == before.destinations()) {
            destinations = new TreeMap<>(destinations);
        }
        return destinations;
    }

    private Map<KeyOfGateway, ClientKey> writableKeys() {
        if (keys == before.keys()) {
            keys = new HashMap<>(keys);
        }
        return keys;
    }
}
