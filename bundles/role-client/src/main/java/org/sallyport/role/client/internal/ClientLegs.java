// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.pki.Leg;

/** The legs of a configuration that are at this client, by destination. Immutable. */
final class ClientLegs {
    private final Map<DestinationId, Destination> destinations = new HashMap<>();
    private final Map<DestinationId, String> marks;
    private final boolean enabled;

    ClientLegs(ClientConfig config) {
        Stream.concat(config.ingress().stream(), config.egress().stream())
                .forEach(destination -> destinations.put(destination.id(), destination));
        marks = config.marks();
        enabled = config.enabled();
    }

    /** {@return which leg of a destination is here; null when there is no such destination} */
    @Nullable
    Leg of(DestinationId id) {
        Destination destination = destinations.get(id);
        return destination == null ? null : Leg.atClients(destination.direction());
    }

    /** {@return the mark of what the server holds, by destination; of those only for which it holds something} */
    Map<DestinationId, String> marks() {
        return marks;
    }

    /** {@return all destinations} */
    Map<DestinationId, Destination> destinations() {
        return destinations;
    }

    /**
     * Finds the legs that have to show a certificate.
     *
     * @param ingressSecurity what a protocol of this client says of itself, null when it is not installed
     * @return destinations, disabled ones left out
     */
    List<Destination> showing(Function<String, @Nullable LegSecurity> ingressSecurity) {
        return destinations.values().stream()
                .filter(destination -> enabled && destination.enabled())
                .filter(destination -> shows(destination, ingressSecurity))
                .toList();
    }

    private static boolean shows(Destination destination, Function<String, @Nullable LegSecurity> ingressSecurity) {
        if (Leg.atClients(destination.direction()) == Leg.EGRESS) {
            return destination.options().resourceTls().security() == LegSecurity.MUTUAL;
        }
        LegSecurity security = ingressSecurity.apply(destination.protocol());
        return Objects.requireNonNullElse(security, LegSecurity.NONE) != LegSecurity.NONE;
    }
}
