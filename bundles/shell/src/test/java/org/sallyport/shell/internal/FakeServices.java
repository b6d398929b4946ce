// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.LimitView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.shell.internal.verb.Services;

/** Services that a test puts in, one by one. */
public final class FakeServices implements Services {
    public @Nullable GatewayService gateways;
    public @Nullable DestinationService destinations;
    public @Nullable ClientService clients;
    public @Nullable AclService acls;
    public @Nullable AttachmentService attachments;
    public @Nullable DestinationCertificates certificates;
    public @Nullable CertificateIssuer issuer;
    public final List<TunnelService> tunnels = new ArrayList<>();
    public final List<LimitView> limits = new ArrayList<>();
    public final List<HealthCheck> checks = new ArrayList<>();

    /** {@return those of a server} */
    public static FakeServices of(FakeServer server) {
        FakeServices services = new FakeServices();
        services.gateways = server.gateways;
        services.destinations = server.destinations;
        services.clients = server.clients;
        services.acls = server.acls;
        return services;
    }

    @Override
    public @Nullable GatewayService anyGateways() {
        return gateways;
    }

    @Override
    public @Nullable DestinationService anyDestinations() {
        return destinations;
    }

    @Override
    public @Nullable ClientService anyClients() {
        return clients;
    }

    @Override
    public @Nullable AclService anyAcls() {
        return acls;
    }

    @Override
    public @Nullable AttachmentService anyAttachments() {
        return attachments;
    }

    @Override
    public @Nullable DestinationCertificates anyCertificates() {
        return certificates;
    }

    @Override
    public @Nullable CertificateIssuer anyIssuer() {
        return issuer;
    }

    @Override
    public List<TunnelService> tunnels() {
        return tunnels;
    }

    @Override
    public List<LimitView> limits() {
        return limits;
    }

    @Override
    public List<HealthCheck> checks() {
        return checks;
    }

    @Override
    public List<String> protocols() {
        return List.of("tcp", "tls");
    }
}
