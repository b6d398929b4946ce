// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.wire.control.Config;

/**
 * A gateway as it is now: what the registry says of it, its plane, its clients. On the role's thread.
 *
 * <p>Its revision is the registry's at which its own configuration last changed. A change elsewhere in the registry does not
 * raise it, because an end that opens a stream names the revision it relies on, and the other end waits for that.
 */
final class GatewayState {
    private static final String CLIENT_LISTEN_ADDRESS = "127.0.0.1";

    private final GatewayPlane plane;
    private final Clock clock;
    private final SortedMap<ClientId, AttachedClient> clients = new TreeMap<>();
    private final AttachHistory history = new AttachHistory();
    private Gateway gateway;
    private List<Destination> destinations = List.of();
    private HeldSnapshot held = HeldSnapshot.EMPTY;
    private @Nullable Config content;
    private @Nullable PlaneTerms terms;
    private long revision = -1;
    private CompletableFuture<?> inForce = CompletableFuture.completedFuture(null);
    private final CompletableFuture<Void> left = new CompletableFuture<>();
    private boolean leaving;

    GatewayState(Gateway gateway, GatewayPlane plane, Clock clock) {
        this.gateway = gateway;
        this.plane = plane;
        this.clock = clock;
    }

    /**
     * Takes what the registry, the settings and the certificates say; what did not change is not touched.
     *
     * @param nextHeld of all gateways
     * @param registryRevision of the snapshot that it was read from
     */
    @SuppressWarnings("ReferenceEquality") // what is the same object is the same; what is not is compared
    void update(
            Gateway nextGateway,
            List<Destination> nextDestinations,
            HeldSnapshot nextHeld,
            PlaneTerms nextTerms,
            long registryRevision) {
        if (nextGateway == gateway
                && nextHeld == held
                && nextTerms.equals(terms)
                && areSame(destinations, nextDestinations)) {
            return;
        }
        Config next = WireForm.config(0, nextGateway, nextDestinations, nextHeld);
        boolean changed = !next.equals(content);
        boolean planeChanged =
                changed || !nextTerms.equals(terms) || !nextGateway.balancer().equals(gateway.balancer());
        gateway = nextGateway;
        destinations = List.copyOf(nextDestinations);
        held = nextHeld;
        terms = nextTerms;
        if (changed) {
            content = next;
            revision = Math.max(revision + 1, registryRevision);
        }
        if (planeChanged) {
            inForce = plane.apply(nextTerms.config(revision, nextGateway, nextDestinations))
                    .toCompletableFuture();
        }
        if (changed) {
            clients.values().forEach(AttachedClient::push);
        }
    }

    /** Snapshots share what a change did not touch, so that with many gateways a change costs little. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean areSame(List<Destination> before, List<Destination> after) {
        if (before.size() != after.size()) {
            return false;
        }
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i) != after.get(i)) {
                return false;
            }
        }
        return true;
    }

    GatewayId id() {
        return gateway.id();
    }

    Gateway gateway() {
        return gateway;
    }

    List<Destination> destinations() {
        return destinations;
    }

    GatewayPlane plane() {
        return plane;
    }

    SortedMap<ClientId, AttachedClient> clients() {
        return clients;
    }

    AttachHistory history() {
        return history;
    }

    long revision() {
        return revision;
    }

    /** {@return completes when the last configuration is in force at this end} */
    CompletableFuture<?> inForce() {
        return inForce;
    }

    /** {@return all that clients need to know, at the present revision} */
    Config configuration() {
        return WireForm.atRevision(revision, requireNonNull(content, "update comes first"));
    }

    boolean leaving() {
        return leaving;
    }

    void leave() {
        leaving = true;
    }

    /** {@return completes when the gateway was removed and its connections have ended} */
    CompletableFuture<Void> left() {
        return left;
    }

    /** {@return what clients get of the certificates of a destination, null when they get nothing} */
    @Nullable
    CarriedLeg forClients(Destination destination) {
        return held.forClients(destination);
    }

    /** {@return what is true of a destination of this gateway, with what an operator should know of it} */
    State state(Destination destination) {
        State state = reach(destination);
        String remarks = remarks(destination);
        if (remarks.isEmpty() || !(state instanceof State.Listening listening)) {
            return state;
        }
        return new State.Listening(
                listening.address(), listening.cause().isEmpty() ? remarks : listening.cause() + "; " + remarks);
    }

    private String remarks(Destination destination) {
        List<String> remarks = new ArrayList<>();
        String here = held.expiring(destination, clock.instant());
        if (!here.isEmpty()) {
            remarks.add(here);
        }
        String there = remarksOfClients(destination);
        if (!there.isEmpty()) {
            remarks.add(there);
        }
        return String.join("; ", remarks);
    }

    /** {@return what clients say of a destination beside its state; empty: nothing} */
    String remarksOfClients(Destination destination) {
        List<String> remarks = new ArrayList<>();
        for (AttachedClient client : clients.values()) {
            String remark = client.remark(destination.id().value());
            if (!remark.isEmpty()) {
                remarks.add("at client " + client.id() + ": " + remark);
            }
        }
        return String.join("; ", remarks);
    }

    /** {@return whether connections can be made to a destination of this gateway, and why not} */
    State reach(Destination destination) {
        GatewayPlane.Status status = plane.status(destination.id());
        return DestinationStates.of(
                gateway,
                destination,
                status == null ? null : status.state(),
                reports(destination.id()),
                requireNonNull(terms, "update comes first").access(gateway));
    }

    /** {@return whether the end that dials a destination's resource may dial it, as far as this server knows} */
    Verdict verdict(Destination destination) {
        return DestinationStates.verdict(
                gateway,
                destination,
                requireNonNull(terms, "update comes first").access(gateway));
    }

    private List<DestinationStates.Report> reports(DestinationId destination) {
        List<DestinationStates.Report> reports = new ArrayList<>();
        for (Map.Entry<ClientId, AttachedClient> client : clients.entrySet()) {
            reports.add(client.getValue().report(destination.value()));
        }
        return reports;
    }

    /** {@return where a destination listens or would: before a client says otherwise, where clients do as shipped} */
    String listenAddress(Destination destination) {
        State state = reach(destination);
        if (state instanceof State.Listening listening) {
            return listening.address().host();
        }
        return destination.direction() == Direction.ON_PREMISES
                ? requireNonNull(terms, "update comes first").listenAddress()
                : CLIENT_LISTEN_ADDRESS;
    }
}
