// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Direction;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.registry.GatewayRegistry;
import org.sallyport.api.registry.RegistrySnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has keys made for what this server shows to the resources of cloud destinations, as clients make theirs for on-premises
 * destinations: one after the other, because the service that makes them has other work, and again after a minute when that
 * failed. A key that somebody uploads takes its place; one that is removed is made anew at the next start.
 */
@Component(service = EgressKeys.class, immediate = true)
public final class EgressKeys {
    private static final Logger LOG = LoggerFactory.getLogger(EgressKeys.class);
    private static final int RETRY_MINUTES = 1;

    private final CertificateIssuer issuer;
    private final Executor later;
    private final Registration watch;

    /** Those that have a key, or will have one soon. */
    private final Set<DestinationId> provided = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean retries = new AtomicBoolean();
    private volatile Set<DestinationId> needing = Set.of();
    private CompletionStage<Void> order = CompletableFuture.completedFuture(null);

    /**
     * @param registry says which destinations there are
     * @param issuer makes keys
     */
    @Activate
    public EgressKeys(@Reference GatewayRegistry registry, @Reference CertificateIssuer issuer) {
        this(registry, issuer, CompletableFuture.delayedExecutor(RETRY_MINUTES, TimeUnit.MINUTES));
    }

    EgressKeys(GatewayRegistry registry, CertificateIssuer issuer, Executor later) {
        this.issuer = issuer;
        this.later = later;
        watch = registry.watch(this::look);
    }

    private void look(RegistrySnapshot snapshot) {
        Set<DestinationId> found = new HashSet<>();
        for (Destination destination : snapshot.destinations().values()) {
            if (destination.direction() == Direction.CLOUD
                    && destination.options().resourceTls().security() == LegSecurity.MUTUAL) {
                found.add(destination.id());
            }
        }
        needing = Set.copyOf(found);
        provided.retainAll(found);
        provideAll();
    }

    private synchronized void provideAll() {
        for (DestinationId destination : needing) {
            if (provided.add(destination)) {
                order = order.thenCompose(before -> provide(destination));
            }
        }
    }

    private CompletionStage<Void> provide(DestinationId destination) {
        if (!provided.contains(destination)) {
            return CompletableFuture.completedFuture(null); // it has gone meanwhile
        }
        return issuer.provideEgress(destination).handle((made, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "destination {}: no key could be made to show to its resource, tried again in {} min",
                        destination,
                        RETRY_MINUTES,
                        failure);
                provided.remove(destination);
                if (retries.compareAndSet(false, true)) {
                    later.execute(this::retry);
                }
            } else if (made) {
                LOG.info("destination {}: a key was made to show to its resource", destination);
            }
            return null;
        });
    }

    private void retry() {
        retries.set(false);
        provideAll();
    }

    @Deactivate
    void stop() {
        watch.close();
        needing = Set.of();
        provided.clear();
    }
}
