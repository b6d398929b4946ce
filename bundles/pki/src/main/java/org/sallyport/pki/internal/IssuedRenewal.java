// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.pki.internal.CertificateShelf.Changed;
import org.sallyport.pki.internal.StoredCertificates.Held;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces certificates whose keys were made and signed here before they expire: for the same end, with a new key. */
final class IssuedRenewal {
    /** Early enough that a certificate which cannot be renewed is still seen a month before it hurts. */
    static final Duration BEFORE_END = DestinationCertificates.RENEWED_BEFORE_END;

    private static final Logger LOG = LoggerFactory.getLogger(IssuedRenewal.class);

    /** Makes a key and its certificate in place of others. */
    interface Maker {
        KeyMaterial make(DestinationId destination, CertificateRole role, X509Certificate old);
    }

    private record Due(DestinationId destination, CertificateRole role, Held held) {}

    private final CertificateShelf shelf;
    private final Clock clock;
    private final Maker maker;

    IssuedRenewal(CertificateShelf shelf, Clock clock, Maker maker) {
        this.shelf = shelf;
        this.clock = clock;
        this.maker = maker;
    }

    void look() {
        renew().whenComplete((count, failure) -> {
            if (failure != null) {
                LOG.error("certificates: some could not be renewed, tried again in an hour", failure);
            }
        });
    }

    /** {@return how many were renewed, when that is done} */
    CompletionStage<Integer> renew() {
        return shelf.readAll(this::due).thenCompose(due -> {
            List<CompletableFuture<Integer>> renewals =
                    due.stream().map(each -> renew(each).toCompletableFuture()).toList();
            return CompletableFuture.allOf(renewals.toArray(CompletableFuture<?>[]::new))
                    .thenApply(all ->
                            renewals.stream().mapToInt(CompletableFuture::join).sum());
        });
    }

    private List<Due> due(Map<DestinationId, Holdings> all) {
        Instant until = clock.instant().plus(BEFORE_END);
        List<Due> due = new ArrayList<>();
        all.forEach((id, holdings) -> {
            for (Leg leg : Leg.values()) {
                CertificateRole role = CertificateRole.keyOf(leg);
                Held held = holdings.stored().held(role);
                if (held != null
                        && held.origin() == Origin.ISSUED
                        && held.certificates().get(0).getNotAfter().toInstant().isBefore(until)) {
                    due.add(new Due(id, role, held));
                }
            }
        });
        return due;
    }

    private CompletionStage<Integer> renew(Due due) {
        X509Certificate old = due.held().certificates().get(0);
        return shelf.slowly(() -> Held.of(maker.make(due.destination(), due.role(), old), Origin.ISSUED))
                .thenCompose(held -> shelf.change(due.destination(), now -> {
                    // somebody may have replaced it meanwhile
                    if (!due.held().equals(now.stored().held(due.role()))) {
                        return new Changed<>(now, 0);
                    }
                    LOG.info(
                            "{}: the {} certificate was renewed, it is valid until {}",
                            due.destination(),
                            due.role().leg().word(),
                            held.certificates().get(0).getNotAfter().toInstant());
                    return new Changed<>(now.with(now.stored().with(due.role(), held)), 1);
                }));
    }
}
