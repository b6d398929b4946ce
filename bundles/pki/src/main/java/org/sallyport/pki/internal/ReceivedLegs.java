// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.pki.internal.CertificateShelf.Changed;
import org.sallyport.pki.internal.StoredCertificates.Held;

/** What a client's end has because of its server: what the server sent, and keys that were made for its signature. */
final class ReceivedLegs {
    private final CertificateShelf shelf;

    ReceivedLegs(CertificateShelf shelf) {
        this.shelf = shelf;
    }

    /**
     * Says whether a leg should ask for a certificate.
     *
     * @param names what it is to be for; empty: any
     * @param until one that ends before is too old
     */
    static boolean isDue(Holdings now, Leg leg, List<String> names, Instant until) {
        LegMaterial sent = now.received().get(leg);
        Held held = now.stored().held(CertificateRole.keyOf(leg));
        if (sent != null && sent.key() != null) {
            return false;
        }
        if (held == null || held.origin() != Origin.REQUESTED) {
            return held == null;
        }
        return held.certificates().get(0).getNotAfter().toInstant().isBefore(until)
                || (!names.isEmpty()
                        && !normal(names)
                                .equals(normal(Facts.names(held.certificates().get(0)))));
    }

    /** Addresses have several spellings. Names that are none are left as they are: nothing is like them. */
    private static Set<String> normal(List<String> names) {
        try {
            return new HashSet<>(new CertificateNames(names, true).names());
        } catch (IllegalArgumentException e) {
            return new HashSet<>(names);
        }
    }

    CompletionStage<Void> adopt(CarriedLeg carried) {
        return shelf.slowly(() -> CarriedForm.read(carried)).thenCompose(material -> shelf.change(
                        carried.destination(), now -> new Changed<>(now.withReceived(material), material.leg()))
                .thenAccept(adopted -> {}));
    }

    CompletionStage<Void> keepOnly(GatewayId gateway, Set<DestinationId> received, Set<DestinationId> destinations) {
        return change(gateway, (id, now) -> {
            Holdings next = received.contains(id) ? now : now.withoutReceived();
            return destinations.contains(id) ? next : next.withoutMade();
        });
    }

    CompletionStage<Void> dropAll(GatewayId gateway) {
        return change(gateway, (id, now) -> now.withoutReceived());
    }

    private CompletionStage<Void> change(GatewayId gateway, BiFunction<DestinationId, Holdings, Holdings> change) {
        return shelf.readAll(all -> all.entrySet().stream()
                        .filter(one -> one.getKey().belongsTo(gateway))
                        .filter(one ->
                                !change.apply(one.getKey(), one.getValue()).sameAs(one.getValue()))
                        .map(one -> one.getKey())
                        .toList())
                .thenCompose(ids -> {
                    List<CompletableFuture<DestinationId>> changes = new ArrayList<>();
                    ids.forEach(id -> changes.add(shelf.change(id, now -> new Changed<>(change.apply(id, now), id))
                            .toCompletableFuture()));
                    return CompletableFuture.allOf(changes.toArray(CompletableFuture<?>[]::new));
                });
    }
}
