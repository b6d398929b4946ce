// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
 * destinations: once for each that comes to need one. Whoever removes or replaces it decides.
 */
@Component(service = EgressKeys.class, immediate = true)
public final class EgressKeys {
    private static final Logger LOG = LoggerFactory.getLogger(EgressKeys.class);

    private final CertificateIssuer issuer;
    private final Registration watch;
    private final Set<DestinationId> provided = ConcurrentHashMap.newKeySet();

    /**
     * @param registry says which destinations there are
     * @param issuer makes keys
     */
    @Activate
    public EgressKeys(@Reference GatewayRegistry registry, @Reference CertificateIssuer issuer) {
        this.issuer = issuer;
        watch = registry.watch(this::look);
    }

    /** On the registry's thread, one call at a time. */
    private void look(RegistrySnapshot snapshot) {
        Set<DestinationId> needing = new HashSet<>();
        for (Destination destination : snapshot.destinations().values()) {
            if (destination.direction() == Direction.CLOUD
                    && destination.options().resourceTls().security() == LegSecurity.MUTUAL) {
                needing.add(destination.id());
            }
        }
        provided.retainAll(needing);
        needing.stream().filter(provided::add).forEach(this::provide);
    }

    private void provide(DestinationId destination) {
        CompletionStage<Boolean> unused = issuer.provideEgress(destination).whenComplete((made, failure) -> {
            if (failure != null) {
                // tried again at the next change
                provided.remove(destination);
                LOG.warn("destination {}: no key could be made to show to its resource", destination, failure);
            } else if (made) {
                LOG.info("destination {}: a key was made to show to its resource", destination);
            }
        });
    }

    @Deactivate
    void stop() {
        watch.close();
    }
}
