// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.registry.GatewayRegistry;
import org.sallyport.api.registry.RegistrySnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets the keys and certificates of destinations that are removed, however that came about. It also keeps the issuer in
 * use, which renews certificates only while somebody uses it.
 */
@Component(service = CertificateCleanup.class, immediate = true)
public final class CertificateCleanup {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateCleanup.class);

    private final DestinationCertificates certificates;
    private final Registration watch;
    private Set<DestinationId> known = Set.of();

    /**
     * @param registry says which destinations there are
     * @param certificates forgets
     * @param issuer is kept in use
     */
    @Activate
    public CertificateCleanup(
            @Reference GatewayRegistry registry,
            @Reference DestinationCertificates certificates,
            @Reference CertificateIssuer issuer) {
        this(registry, certificates);
        LOG.debug("certificates are issued by {}", issuer.ingressAuthority().getSubjectX500Principal());
    }

    CertificateCleanup(GatewayRegistry registry, DestinationCertificates certificates) {
        this.certificates = certificates;
        watch = registry.watch(this::look);
    }

    /** On the registry's thread, one call at a time. */
    private void look(RegistrySnapshot snapshot) {
        Set<DestinationId> gone = new HashSet<>(known);
        known = Set.copyOf(snapshot.destinations().keySet());
        gone.removeAll(known);
        gone.forEach(this::forget);
    }

    private void forget(DestinationId destination) {
        CompletionStage<Void> unused = certificates.forget(destination).exceptionally(failure -> {
            LOG.warn("destination {}: its certificates could not be forgotten", destination, failure);
            return null;
        });
    }

    @Deactivate
    void stop() {
        watch.close();
    }
}
