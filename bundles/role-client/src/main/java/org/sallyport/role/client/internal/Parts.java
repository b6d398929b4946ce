// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.TokenReader;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.TunnelTransport;

/**
 * The services of other bundles that the role uses while they are there. Of several of a kind the one that came first
 * is used until it goes. An immutable snapshot; each change makes another.
 */
record Parts(
        List<TunnelTransport> transports,
        List<DataPlane> planes,
        List<ClientIdentity> identities,
        List<TokenReader> readers,
        List<DestinationCertificates> shelves) {
    /** Nothing is there yet. */
    static final Parts NONE = new Parts(List.of(), List.of(), List.of(), List.of(), List.of());

    Parts {
        transports = List.copyOf(transports);
        planes = List.copyOf(planes);
        identities = List.copyOf(identities);
        readers = List.copyOf(readers);
        shelves = List.copyOf(shelves);
    }

    @Nullable
    TunnelTransport transport() {
        return first(transports);
    }

    @Nullable
    DataPlane dataPlane() {
        return first(planes);
    }

    @Nullable
    ClientIdentity identity() {
        return first(identities);
    }

    @Nullable
    TokenReader reader() {
        return first(readers);
    }

    /** {@return where certificates of destinations are; attaching does not need it} */
    @Nullable
    DestinationCertificates certificates() {
        return first(shelves);
    }

    /** {@return what is missing for an attach, in words; empty when all is there} */
    String missing() {
        List<String> missing = new ArrayList<>();
        if (transports.isEmpty()) {
            missing.add("the tunnel transport");
        }
        if (planes.isEmpty()) {
            missing.add("the data plane");
        }
        if (identities.isEmpty()) {
            missing.add("this client's key");
        }
        if (readers.isEmpty()) {
            missing.add("the token reader");
        }
        return String.join(", ", missing);
    }

    /** {@return the snapshot with a service more} */
    Parts with(Object service) {
        return new Parts(
                added(transports, TunnelTransport.class, service),
                added(planes, DataPlane.class, service),
                added(identities, ClientIdentity.class, service),
                added(readers, TokenReader.class, service),
                added(shelves, DestinationCertificates.class, service));
    }

    /** {@return the snapshot without a service} */
    Parts without(Object service) {
        return new Parts(
                removed(transports, service),
                removed(planes, service),
                removed(identities, service),
                removed(readers, service),
                removed(shelves, service));
    }

    private static <T> @Nullable T first(List<T> services) {
        return services.isEmpty() ? null : services.get(0);
    }

    private static <T> List<T> added(List<T> services, Class<T> kind, Object service) {
        if (!kind.isInstance(service)) {
            return services;
        }
        List<T> next = new ArrayList<>(services);
        next.add(kind.cast(service));
        return next;
    }

    private static <T> List<T> removed(List<T> services, Object service) {
        return services.stream().filter(each -> each != service).toList();
    }
}
