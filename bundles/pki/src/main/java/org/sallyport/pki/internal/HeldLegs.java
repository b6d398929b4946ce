// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.util.Objects.requireNonNull;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.HeldCertificates;
import org.sallyport.api.pki.HeldLeg;
import org.sallyport.api.pki.Leg;
import org.sallyport.pki.internal.StoredCertificates.Held;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps at hand what is stored for all legs. What did not change is not written anew, so a change costs little whatever the
 * number of destinations.
 */
@Component
public final class HeldLegs implements HeldCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLegs.class);

    private final CertificateShelf shelf;
    private final Registration changes;
    private final List<Consumer<List<HeldLeg>>> watchers = new CopyOnWriteArrayList<>();

    // for the thread that holds the shelf's state
    private Map<DestinationId, Known> known = Map.of();
    private boolean due;

    /** What was made of what a destination had. */
    private record Known(StoredCertificates of, List<HeldLeg> legs) {}

    @Activate
    public HeldLegs(@Reference CertificateShelf shelf) {
        this.shelf = shelf;
        this.changes = shelf.watchAll(this::changed);
    }

    @Override
    public Registration watch(Consumer<List<HeldLeg>> watcher) {
        requireNonNull(watcher, "watcher");
        watchers.add(watcher);
        tellSoon();
        return () -> watchers.remove(watcher);
    }

    @Override
    public CompletionStage<List<HeldLeg>> now() {
        return shelf.readAll(this::legs);
    }

    private void changed() {
        if (!due) {
            due = true;
            tellSoon();
        }
    }

    private void tellSoon() {
        shelf.readAll((all, unread) -> {
                    due = false;
                    List<HeldLeg> legs = legs(all, unread);
                    watchers.forEach(watcher -> tell(watcher, legs));
                    return legs.size();
                })
                .whenComplete((count, failure) -> {
                    if (failure != null && !watchers.isEmpty()) {
                        LOG.debug("certificates: not told, they cannot be read now", failure);
                        shelf.afterRest(this::tellSoon);
                    }
                });
    }

    private static void tell(Consumer<List<HeldLeg>> watcher, List<HeldLeg> legs) {
        try {
            watcher.accept(legs);
        } catch (RuntimeException e) {
            LOG.error("certificates: a watcher of all of them failed", e);
        }
    }

    @SuppressWarnings(
            "ReferenceEquality") // whether these very certificates were looked at, not others that are like them
    private List<HeldLeg> legs(Map<DestinationId, Holdings> all, Set<DestinationId> unread) {
        Map<DestinationId, Known> next = new HashMap<>();
        List<HeldLeg> legs = new ArrayList<>();
        all.forEach((id, holdings) -> {
            Known before = known.get(id);
            Known now = before != null && before.of() == holdings.stored()
                    ? before
                    : new Known(holdings.stored(), legs(id, holdings.stored()));
            next.put(id, now);
            legs.addAll(now.legs());
        });
        known = next;
        for (DestinationId id : unread) {
            for (Leg leg : Leg.values()) {
                legs.add(HeldLeg.unreadable(id, leg));
            }
        }
        return List.copyOf(legs);
    }

    private static List<HeldLeg> legs(DestinationId id, StoredCertificates stored) {
        List<HeldLeg> legs = new ArrayList<>();
        for (Leg leg : Leg.values()) {
            CarriedLeg carried = CarriedForm.of(id, leg, stored);
            Instant ends = null;
            CertificateRole first = null;
            for (CertificateRole role : List.of(CertificateRole.keyOf(leg), CertificateRole.trustOf(leg))) {
                Instant end = end(role, stored.held(role));
                if (end != null && (ends == null || end.isBefore(ends))) {
                    ends = end;
                    first = role;
                }
            }
            if (carried != null || ends != null) {
                legs.add(new HeldLeg(id, leg, carried, true, ends, first));
            }
        }
        return legs;
    }

    private static @Nullable Instant end(CertificateRole role, @Nullable Held held) {
        if (held == null) {
            return null;
        }
        List<X509Certificate> counted = role.hasKey() ? held.certificates().subList(0, 1) : held.certificates();
        return counted.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElse(null);
    }

    @Deactivate
    void stop() {
        changes.close();
        watchers.clear();
    }
}
