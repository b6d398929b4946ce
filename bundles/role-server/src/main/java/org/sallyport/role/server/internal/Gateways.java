// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.spi.DataPlane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All gateways as they are now, kept in step with the registry's snapshots. On the role's thread.
 */
final class Gateways {
    private static final Logger LOG = LoggerFactory.getLogger(Gateways.class);

    private final DataPlane dataPlane;
    private final Clock clock;
    private final RoleThread thread;
    private final Consumer<GatewayState> removed;
    private final SortedMap<GatewayId, GatewayState> states = new TreeMap<>();

    /**
     * Begins without gateways.
     *
     * @param dataPlane makes their planes
     * @param clock to see what expires
     * @param thread the role's
     * @param removed is told of a gateway that was deleted, when its connections have ended and its clients have to go
     */
    Gateways(DataPlane dataPlane, Clock clock, RoleThread thread, Consumer<GatewayState> removed) {
        this.dataPlane = dataPlane;
        this.clock = clock;
        this.thread = thread;
        this.removed = removed;
    }

    /** Makes all gateways what a snapshot, the certificates and the settings say. */
    void refresh(RegistrySnapshot snapshot, HeldSnapshot held, PlaneTerms terms) {
        for (Gateway gateway : snapshot.gateways().values()) {
            GatewayState state = states.get(gateway.id());
            if (state == null) {
                state = begin(gateway);
            }
            if (state != null && !state.leaving()) { // one that is back before it has left is taken up when it has
                state.update(gateway, snapshot.destinationsOf(gateway.id()).toList(), held, terms, snapshot.revision());
            }
        }
        Set<GatewayId> gone = new HashSet<>(states.keySet());
        gone.removeAll(snapshot.gateways().keySet());
        for (GatewayId id : gone) {
            GatewayState state = states.get(id);
            if (state != null && !state.leaving()) {
                remove(state, terms.drainTimeout());
            }
        }
    }

    private @Nullable GatewayState begin(Gateway gateway) {
        try {
            GatewayState state = new GatewayState(gateway, dataPlane.plane(gateway.id(), gateway.name()), clock);
            states.put(gateway.id(), state);
            return state;
        } catch (IllegalStateException e) { // somebody else in this container carries it; the others go on
            LOG.error("gateway {}: cannot be carried here", gateway.id(), e);
            return null;
        }
    }

    private void remove(GatewayState state, Duration drain) {
        state.leave();
        thread.then(state.plane().close(drain), (closed, failure) -> {
            if (failure != null) {
                LOG.error("gateway {}: its plane did not close", state.id(), failure);
            }
            states.remove(state.id());
            removed.accept(state);
            state.left().complete(null);
        });
    }

    /** {@return the gateway, null when it is not there or is being removed} */
    @Nullable
    GatewayState get(GatewayId id) {
        GatewayState state = states.get(id);
        return state == null || state.leaving() ? null : state;
    }

    /** {@return those that are there, in the order of their IDs} */
    List<GatewayState> all() {
        return states.values().stream().filter(state -> !state.leaving()).toList();
    }

    /** Drains and closes all planes. */
    CompletableFuture<Void> close(Duration drain) {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        Collection<GatewayState> all = states.values();
        for (GatewayState state : all) {
            if (!state.leaving()) {
                state.leave();
                closing.add(state.plane().close(drain).toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new));
    }
}
