// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.Leg;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Sign;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of one gateway's legs at this client: takes what the server sends, and has keys that are made here signed.
 * What was sent is kept in memory, to be given again when the pki service was replaced. On the role's thread.
 *
 * <p>A destination for which the server holds something is left out until that has come: served without it, it would trust
 * more than the operator wished, or show what it should not.
 */
final class GatewayCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayCertificates.class);

    /** How long a configuration waits for its certificates; what comes later is taken up when it comes. */
    private static final Duration MOST_WAIT = Duration.ofSeconds(2);

    /** After that what could not be taken up is tried again: the service may have been busy, the disk full. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private static final Duration LOOK_EVERY = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofDays(30);

    /** What one gateway may have sent, in characters: a server is trusted with a client's memory as little as with anything. */
    static final long MOST_RECEIVED = 64L << 20;

    /** Who has the tunnels and the plane. */
    interface Owner {
        /** {@return the tunnels of this gateway, oldest first} */
        List<TunnelSession> sessions();

        /** A destination that was left out can be served. */
        void reapply();

        /** What is to be told of destinations may have changed. */
        void report();
    }

    private final GatewayId gateway;
    private final RoleContext role;
    private final Owner owner;
    private final SigningRequests requests;
    private final Map<DestinationId, CarriedLeg> received = new HashMap<>();
    private final Map<DestinationId, CompletableFuture<Void>> awaited = new HashMap<>();
    private final Map<DestinationId, String> unusable = new HashMap<>();
    private final Set<DestinationId> inUse = new HashSet<>();
    private Map<DestinationId, String> expiring = Map.of();
    private @Nullable ClientLegs legs;
    private @Nullable Registration timer;
    private @Nullable Registration retry;
    /** Drops and adopts happen one after the other, in the order in which they were decided. */
    private CompletionStage<Void> order = CompletableFuture.completedFuture(null);

    GatewayCertificates(GatewayId gateway, RoleContext role, Owner owner) {
        this.gateway = gateway;
        this.role = role;
        this.owner = owner;
        this.requests = new SigningRequests(gateway, role, owner, () -> order);
    }

    /**
     * Takes a configuration.
     *
     * @return completes on the role's thread when all certificates that it needs are here, or soon after without them
     */
    CompletionStage<Void> ready(ClientConfig config) {
        ClientLegs next = new ClientLegs(config);
        legs = next;
        received.keySet().retainAll(next.marks().keySet());
        unusable.keySet().retainAll(next.marks().keySet());
        inUse.retainAll(next.marks().keySet());
        Set<DestinationId> missing = new HashSet<>();
        next.marks().keySet().stream().filter(id -> !isHere(id)).forEach(missing::add);
        tidy(next);
        List<CompletableFuture<Void>> waits = lookAtAll();
        missing.forEach(id -> waits.add(awaited.computeIfAbsent(id, any -> new CompletableFuture<>())));
        return limited(waits, missing);
    }

    private boolean isHere(DestinationId id) {
        CarriedLeg has = received.get(id);
        String mark = legs == null ? null : legs.marks().get(id);
        return mark == null || (has != null && has.mark().equals(mark));
    }

    private CompletionStage<Void> limited(List<CompletableFuture<Void>> waits, Set<DestinationId> missing) {
        CompletableFuture<Void> all = CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new));
        if (all.isDone()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> limited = new CompletableFuture<>();
        Registration limit = role.serial().after(MOST_WAIT, () -> {
            missing.forEach(this::arrived);
            limited.complete(null);
        });
        CompletableFuture<Void> unused = all.whenComplete((done, failure) -> {
            limit.close();
            limited.complete(null);
        });
        return limited;
    }

    /** {@return whether a configuration waited for it} */
    private boolean arrived(DestinationId id) {
        CompletableFuture<Void> waiting = awaited.remove(id);
        return waiting != null && waiting.complete(null);
    }

    /** What destinations have that are gone, or what the server does not hold any more, must not lie about. */
    private void tidy(ClientLegs next) {
        DestinationCertificates service = role.parts().get().certificates();
        if (service != null) {
            Set<DestinationId> holding = Set.copyOf(next.marks().keySet());
            Set<DestinationId> all = Set.copyOf(next.destinations().keySet());
            order = order.thenCompose(before -> service.keepOnly(gateway, holding, all))
                    .exceptionally(failure -> {
                        LOG.warn("{}: certificates of former destinations could not be removed", gateway, failure);
                        return null;
                    });
        }
    }

    /**
     * Asks for what is missing or about to end, and sees what expires; again after a while.
     *
     * @return completes one by one when it is there; what was not to be had before is not waited for
     */
    private List<CompletableFuture<Void>> lookAtAll() {
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        ClientLegs now = legs;
        if (timer != null) {
            timer.close();
        }
        timer = role.serial().after(LOOK_EVERY, this::lookAtAll);
        DestinationCertificates service = role.parts().get().certificates();
        if (now == null || service == null) {
            return waits;
        }
        seeWhatExpires(service, now);
        List<Destination> showing = now.showing(role.ingressSecurity());
        requests.forgetOthers(showing);
        for (Destination destination : showing) {
            boolean troubled = requests.troubled(destination.id());
            CompletableFuture<Void> look = look(destination);
            if (!troubled) {
                waits.add(look);
            }
        }
        return waits;
    }

    private CompletableFuture<Void> look(Destination destination) {
        CarriedLeg sent = received.get(destination.id());
        // before it is known what the server holds, nobody knows what to ask for
        boolean asks = isHere(destination.id()) && (sent == null || sent.chain().isEmpty());
        return asks
                ? requests.look(
                        destination.id(),
                        Leg.atClients(destination.direction()),
                        sent == null ? List.of() : sent.names())
                : CompletableFuture.completedFuture(null);
    }

    private void seeWhatExpires(DestinationCertificates service, ClientLegs now) {
        service.expiring(SOON).whenComplete((views, failure) -> role.serial().execute(() -> {
            Map<DestinationId, String> next = new HashMap<>();
            for (CertificateView view : views == null ? List.<CertificateView>of() : views) {
                // of what was sent the server knows it itself
                if (view.origin() != Origin.RECEIVED && view.role().leg().equals(now.of(view.destination()))) {
                    next.putIfAbsent(
                            view.destination(),
                            "its " + view.role() + " certificate ends at "
                                    + view.facts().notAfter());
                }
            }
            if (!next.equals(expiring)) {
                expiring = Map.copyOf(next);
                owner.report();
            }
        }));
    }

    /** The server sent certificates; what does not belong to the configuration in force is passed over. */
    void received(Certificates message) {
        ClientLegs now = legs;
        DestinationId id;
        Leg leg;
        try {
            id = new DestinationId(message.destination());
            leg = Leg.of(message.purpose());
        } catch (IllegalArgumentException e) {
            LOG.warn("{}: the server sent certificates for nothing: {}", gateway, e.getMessage());
            return;
        }
        if (now == null
                || leg != now.of(id)
                || !message.mark().equals(now.marks().get(id))) {
            LOG.debug("{}: passed over certificates of {}, {}", gateway, id, message.mark());
            return;
        }
        CarriedLeg before = received.get(id);
        if (before != null && before.mark().equals(message.mark()) && (before.key() != null || message.key() == null)) {
            return; // by another tunnel, which may be one that is given no keys
        }
        CarriedLeg carried = new CarriedLeg(
                id,
                leg,
                message.mark(),
                message.key(),
                message.chain(),
                message.anchors(),
                message.issuer(),
                message.serials(),
                message.names());
        received.put(id, carried);
        if (received.values().stream().mapToLong(CarriedLeg::length).sum() > MOST_RECEIVED) {
            received.remove(id);
            taken(carried, "the server sent more certificates than " + MOST_RECEIVED + " characters");
        } else {
            adopt(carried);
        }
    }

    private void adopt(CarriedLeg carried) {
        DestinationCertificates service = role.parts().get().certificates();
        if (service == null) {
            return; // it is given them when it comes
        }
        CompletionStage<Void> adopted = order.thenCompose(before -> service.adopt(carried));
        order = adopted.exceptionally(failure -> null);
        adopted.whenComplete((done, failure) -> role.serial().execute(() -> {
            if (carried.equals(received.get(carried.destination()))) {
                taken(
                        carried,
                        failure == null
                                ? null
                                : "the certificates that the server sent cannot be used: " + Causes.text(failure));
            }
        }));
    }

    private void tryAgain() {
        retry = null;
        for (DestinationId id : Set.copyOf(unusable.keySet())) {
            CarriedLeg carried = received.get(id);
            if (carried != null) {
                adopt(carried);
            }
        }
    }

    private void taken(CarriedLeg carried, @Nullable String trouble) {
        DestinationId id = carried.destination();
        boolean first = false;
        if (trouble == null) {
            unusable.remove(id);
            first = inUse.add(id);
        } else {
            if (!trouble.equals(unusable.put(id, trouble))) {
                LOG.warn("{}: {}", id, trouble);
            }
            if (retry == null) {
                retry = role.serial().after(RETRY, this::tryAgain);
            }
        }
        boolean reapply = first;
        CompletableFuture<Void> unused = lookAt(id).whenComplete((done, failure) -> {
            if (!arrived(id) && reapply) {
                owner.reapply();
            }
            owner.report();
        });
    }

    /** What is to be signed, or whether anything is, was told just now. */
    private CompletableFuture<Void> lookAt(DestinationId id) {
        ClientLegs now = legs;
        for (Destination showing : now == null ? List.<Destination>of() : now.showing(role.ingressSecurity())) {
            if (showing.id().equals(id)) {
                return look(showing);
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** The server answered a request. */
    void signed(TunnelSession session, Sign message) {
        requests.answered(session, message);
    }

    /** A tunnel has ended: what was asked on it is not answered any more. */
    void left(TunnelSession session) {
        requests.left(session);
    }

    /** The pki service, or a protocol, is there now. */
    void partAdded() {
        received.values().forEach(this::adopt);
        List<CompletableFuture<Void>> unused = lookAtAll();
    }

    /** {@return whether a destination cannot be served yet, because what the server holds for it is not in use} */
    boolean withheld(DestinationId id) {
        ClientLegs now = legs;
        return now != null && now.marks().containsKey(id) && !inUse.contains(id);
    }

    /** {@return why a leg lacks certificates; empty when it does not} */
    String trouble(DestinationId id) {
        String known = unusable.get(id);
        CarriedLeg sent = received.get(id);
        if (known == null && sent != null && sent.key() == null && !sent.chain().isEmpty()) {
            known = "the server gives the key of its certificate to clients with a token only: attach with a token";
        }
        if (known == null) {
            known = requests.trouble(id);
        }
        if (known.isEmpty() && withheld(id)) {
            return role.parts().get().certificates() == null
                    ? "the certificates of this client are away: its bundle org.sallyport.pki does not run"
                    : "the server has not sent its certificates yet";
        }
        return known;
    }

    /** {@return what expires soon, by destination} */
    Map<DestinationId, String> expiring() {
        return expiring;
    }

    /**
     * Nothing of this gateway is carried here any more: what the server sent goes.
     *
     * @param closed completes when nothing uses it
     */
    void close(CompletionStage<Void> closed) {
        legs = null;
        received.clear();
        inUse.clear();
        unusable.clear();
        expiring = Map.of();
        requests.close();
        awaited.values().forEach(waiting -> waiting.complete(null));
        awaited.clear();
        if (timer != null) {
            timer.close();
            timer = null;
        }
        if (retry != null) {
            retry.close();
            retry = null;
        }
        DestinationCertificates service = role.parts().get().certificates();
        if (service != null) {
            order = order.thenCompose(before -> closed)
                    .thenCompose(done -> service.dropReceived(gateway))
                    .exceptionally(failure -> {
                        LOG.debug("{}: what the server sent was not dropped", gateway, failure);
                        return null;
                    });
        }
    }
}
