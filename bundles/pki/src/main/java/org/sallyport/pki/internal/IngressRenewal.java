// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.pki.internal.CertificateShelf.Changed;
import org.sallyport.pki.internal.StoredCertificates.Held;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces ingress certificates that were issued here before they expire: the same names, a new key. */
final class IngressRenewal {
    /** Early enough that a certificate which cannot be renewed is still seen a month before it hurts. */
    static final Duration BEFORE_END = DestinationCertificates.RENEWED_BEFORE_END;

    private static final Logger LOG = LoggerFactory.getLogger(IngressRenewal.class);

    private final CertificateShelf shelf;
    private final Clock clock;
    private final Function<List<String>, KeyMaterial> issue;

    /** @param issue makes the key and certificate for some names */
    IngressRenewal(CertificateShelf shelf, Clock clock, Function<List<String>, KeyMaterial> issue) {
        this.shelf = shelf;
        this.clock = clock;
        this.issue = issue;
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
            List<CompletableFuture<Integer>> renewals = new ArrayList<>();
            due.forEach((id, held) -> renewals.add(renew(id, held).toCompletableFuture()));
            return CompletableFuture.allOf(renewals.toArray(CompletableFuture<?>[]::new))
                    .thenApply(all ->
                            renewals.stream().mapToInt(CompletableFuture::join).sum());
        });
    }

    private Map<DestinationId, Held> due(Map<DestinationId, Holdings> all) {
        Instant until = clock.instant().plus(BEFORE_END);
        Map<DestinationId, Held> due = new TreeMap<>();
        all.forEach((id, holdings) -> {
            Held held = holdings.stored().held(CertificateRole.INGRESS_KEY);
            if (held != null
                    && held.origin() == Origin.ISSUED
                    && held.certificates().get(0).getNotAfter().toInstant().isBefore(until)) {
                due.put(id, held);
            }
        });
        return due;
    }

    private CompletionStage<Integer> renew(DestinationId id, Held old) {
        return shelf.slowly(
                        () -> Held.of(issue.apply(Facts.names(old.certificates().get(0))), Origin.ISSUED))
                .thenCompose(held -> shelf.change(id, now -> {
                    // somebody may have replaced it meanwhile
                    if (!old.equals(now.stored().held(CertificateRole.INGRESS_KEY))) {
                        return new Changed<>(now, 0);
                    }
                    LOG.info(
                            "{}: the ingress certificate was renewed, it is valid until {}",
                            id,
                            held.certificates().get(0).getNotAfter().toInstant());
                    return new Changed<>(now.with(now.stored().with(CertificateRole.INGRESS_KEY, held)), 1);
                }));
    }
}
