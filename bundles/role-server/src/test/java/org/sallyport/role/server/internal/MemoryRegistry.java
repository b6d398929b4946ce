// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Registration;
import org.sallyport.api.TokenState;
import org.sallyport.api.registry.GatewayRegistry;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;

/** A registry that forgets; answers on its own thread, as a real one does. */
final class MemoryRegistry implements GatewayRegistry, AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "test-registry");
        made.setDaemon(true);
        return made;
    });
    private final List<Consumer<RegistrySnapshot>> watchers = new CopyOnWriteArrayList<>();
    private volatile RegistrySnapshot snapshot = RegistrySnapshot.EMPTY;
    private volatile boolean full;

    /** From now on nothing can be stored. */
    void fillUp() {
        full = true;
    }

    /** {@return the making of a gateway of which only the ID matters} */
    static RegistryChange gateway(GatewayId id) {
        return new RegistryChange.PutGateway(new Gateway(
                id,
                "plant",
                true,
                true,
                true,
                new TokenState(1, Instant.EPOCH, Instant.EPOCH.plus(Duration.ofDays(1))),
                Acl.EMPTY,
                AclEdit.BOTH,
                "round-robin",
                4,
                Instant.EPOCH));
    }

    RegistrySnapshot snapshot() {
        return snapshot;
    }

    @Override
    public CompletionStage<RegistrySnapshot> read() {
        return CompletableFuture.completedFuture(snapshot);
    }

    @Override
    public CompletionStage<RegistrySnapshot> change(Function<RegistrySnapshot, List<RegistryChange>> transaction) {
        return CompletableFuture.supplyAsync(
                () -> {
                    List<RegistryChange> changes = transaction.apply(snapshot);
                    if (full) {
                        throw new RegistryException("registry.db: no space left on device");
                    }
                    if (!changes.isEmpty()) {
                        snapshot = applied(snapshot, changes);
                        watchers.forEach(watcher -> watcher.accept(snapshot));
                    }
                    return snapshot;
                },
                thread);
    }

    @Override
    public Registration watch(Consumer<RegistrySnapshot> watcher) {
        watchers.add(watcher);
        watcher.accept(snapshot);
        return () -> watchers.remove(watcher);
    }

    private static RegistrySnapshot applied(RegistrySnapshot before, List<RegistryChange> changes) {
        var gateways = new TreeMap<>(before.gateways());
        var destinations = new TreeMap<>(before.destinations());
        Map<RegistrySnapshot.KeyOfGateway, ClientKey> keys = new HashMap<>(before.keys());
        Set<String> blocked = new HashSet<>(before.blockedKeys());
        for (RegistryChange change : new ArrayList<>(changes)) {
            if (change instanceof RegistryChange.PutGateway put) {
                gateways.put(put.gateway().id(), put.gateway());
            } else if (change instanceof RegistryChange.RemoveGateway remove) {
                gateways.remove(remove.id());
                destinations
                        .values()
                        .removeIf(destination -> destination.gateway().equals(remove.id()));
                keys.keySet().removeIf(key -> key.gateway().equals(remove.id()));
            } else if (change instanceof RegistryChange.PutDestination put) {
                destinations.put(put.destination().id(), put.destination());
            } else if (change instanceof RegistryChange.RemoveDestination remove) {
                destinations.remove(remove.id());
            } else if (change instanceof RegistryChange.PutKey put) {
                keys.put(
                        new RegistrySnapshot.KeyOfGateway(
                                put.key().gateway(), put.key().fingerprint()),
                        put.key());
            } else if (change instanceof RegistryChange.BlockKey block) {
                blocked.add(block.fingerprint());
            }
        }
        return new RegistrySnapshot(before.revision() + 1, gateways, destinations, keys, blocked);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
