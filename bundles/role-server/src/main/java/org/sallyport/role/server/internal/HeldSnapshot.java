// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.HeldLeg;
import org.sallyport.api.pki.Leg;

/** What this server holds of certificates, by destination. Immutable. */
final class HeldSnapshot {
    /** Nothing is held for anybody. */
    static final HeldSnapshot EMPTY = new HeldSnapshot(List.of());

    /** A mark that no message carries: an end that waits for it goes without the destination, as it should. */
    static final String UNREADABLE = "unreadable";

    private static final Duration SOON = Duration.ofDays(30);

    private final Map<DestinationId, Map<Leg, HeldLeg>> legs = new HashMap<>();

    HeldSnapshot(List<HeldLeg> held) {
        for (HeldLeg leg : held) {
            legs.computeIfAbsent(leg.destination(), id -> new EnumMap<>(Leg.class))
                    .put(leg.leg(), leg);
        }
    }

    /** {@return the mark of what clients get for a destination; empty when they get nothing} */
    String mark(Destination destination) {
        HeldLeg held = atClients(destination);
        if (held == null) {
            return "";
        }
        CarriedLeg carried = held.carried();
        return !held.readable() ? UNREADABLE : carried == null ? "" : carried.mark();
    }

    /** {@return what clients get for a destination, null when they get nothing} */
    @Nullable
    CarriedLeg forClients(Destination destination) {
        HeldLeg held = atClients(destination);
        return held == null ? null : held.carried();
    }

    private @Nullable HeldLeg atClients(Destination destination) {
        return legs.getOrDefault(destination.id(), Map.of()).get(Leg.atClients(destination.direction()));
    }

    /** {@return what an operator should know of what is held for a destination and expires soon; empty: nothing} */
    String expiring(Destination destination, Instant now) {
        HeldLeg first = null;
        Instant ends = now.plus(SOON);
        for (HeldLeg held : legs.getOrDefault(destination.id(), Map.of()).values()) {
            if (held.ends() != null && held.ends().isBefore(ends)) {
                first = held;
                ends = held.ends();
            }
        }
        CertificateRole role = first == null ? null : first.first();
        return role == null
                ? ""
                : "its " + role + " certificate " + (ends.isBefore(now) ? "expired at " : "expires at ") + ends
                        + ", destination:cert " + destination.id() + " replaces it";
    }
}
