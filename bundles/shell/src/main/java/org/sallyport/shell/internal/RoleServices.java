// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.AnyService;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.sallyport.api.door.DoorFile;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.LimitService;
import org.sallyport.api.service.LimitView;
import org.sallyport.api.service.TunnelService;
import org.sallyport.shell.internal.verb.Services;

/**
 * What the roles offer now. Always there itself, whichever role is installed, so that commands need not come and go; for
 * every thread.
 */
@Component(service = RoleServices.class)
public final class RoleServices implements Services {
    private final Snapshot<GatewayService> gateways = new Snapshot<>();
    private final Snapshot<DestinationService> destinations = new Snapshot<>();
    private final Snapshot<ClientService> clients = new Snapshot<>();
    private final Snapshot<AclService> serverAcls = new Snapshot<>();
    private final Snapshot<AclService> otherAcls = new Snapshot<>();
    private final Snapshot<AttachmentService> attachments = new Snapshot<>();
    private final Snapshot<DestinationCertificates> certificates = new Snapshot<>();
    private final Snapshot<CertificateIssuer> issuers = new Snapshot<>();
    private final Snapshot<TunnelService> tunnels = new Snapshot<>();
    private final Snapshot<LimitService> limits = new Snapshot<>();
    private final Snapshot<HealthCheck> checks = new Snapshot<>();
    private final Snapshot<String> protocols = new Snapshot<>();
    private final CompletableFuture<Void> serverSeen = new CompletableFuture<>();
    private final CompletableFuture<Void> clientSeen = new CompletableFuture<>();

    /** A list that is replaced, never changed. */
    private static final class Snapshot<T> {
        private volatile List<T> list = List.of();

        synchronized void add(T element) {
            List<T> next = new ArrayList<>(list);
            next.add(element);
            list = List.copyOf(next);
        }

        synchronized void remove(T element) {
            List<T> next = new ArrayList<>(list);
            next.remove(element);
            list = List.copyOf(next);
        }

        @Nullable
        T firstOrNull() {
            List<T> now = list;
            return now.isEmpty() ? null : now.get(0);
        }
    }

    /** {@return completes when the server's commands work for the first time} */
    CompletableFuture<Void> serverSeen() {
        return serverSeen.copy();
    }

    /** {@return completes when the client's commands work for the first time} */
    CompletableFuture<Void> clientSeen() {
        return clientSeen.copy();
    }

    @Override
    public @Nullable GatewayService anyGateways() {
        return gateways.firstOrNull();
    }

    @Override
    public @Nullable DestinationService anyDestinations() {
        return destinations.firstOrNull();
    }

    @Override
    public @Nullable ClientService anyClients() {
        return clients.firstOrNull();
    }

    @Override
    public @Nullable AclService anyAcls() {
        @Nullable AclService server = serverAcls.firstOrNull();
        return server == null ? otherAcls.firstOrNull() : server;
    }

    @Override
    public @Nullable AttachmentService anyAttachments() {
        return attachments.firstOrNull();
    }

    @Override
    public @Nullable DestinationCertificates anyCertificates() {
        return certificates.firstOrNull();
    }

    @Override
    public @Nullable CertificateIssuer anyIssuer() {
        return issuers.firstOrNull();
    }

    @Override
    public List<TunnelService> tunnels() {
        return tunnels.list;
    }

    @Override
    public List<LimitView> limits() {
        return limits.list.stream()
                .flatMap(service -> service.limits().stream())
                .toList();
    }

    @Override
    public List<HealthCheck> checks() {
        return checks.list.stream()
                .sorted(Comparator.comparing(HealthCheck::name))
                .toList();
    }

    @Override
    public List<String> protocols() {
        return protocols.list.stream().distinct().sorted().toList();
    }

    @Override
    public @Nullable String missingRole() {
        String wanted = System.getProperty(DoorFile.ROLE, "");
        boolean there =
                switch (wanted) {
                    case "server" -> anyGateways() != null;
                    case "client" -> anyAttachments() != null;
                    default -> true; // somebody else's container, which nobody wants a role of
                };
        return there ? null : wanted;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addGateways(GatewayService service) {
        gateways.add(service);
        noteRoles();
    }

    void removeGateways(GatewayService service) {
        gateways.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDestinations(DestinationService service) {
        destinations.add(service);
        noteRoles();
    }

    void removeDestinations(DestinationService service) {
        destinations.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addClients(ClientService service) {
        clients.add(service);
        noteRoles();
    }

    void removeClients(ClientService service) {
        clients.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addAcls(AclService service, Map<String, ?> properties) {
        acls(properties).add(service);
        noteRoles();
    }

    void removeAcls(AclService service, Map<String, ?> properties) {
        acls(properties).remove(service);
    }

    private Snapshot<AclService> acls(Map<String, ?> properties) {
        return "server".equals(properties.get(AclService.ROLE)) ? serverAcls : otherAcls;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addAttachments(AttachmentService service) {
        attachments.add(service);
        noteRoles();
    }

    void removeAttachments(AttachmentService service) {
        attachments.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCertificates(DestinationCertificates service) {
        certificates.add(service);
    }

    void removeCertificates(DestinationCertificates service) {
        certificates.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addIssuer(CertificateIssuer service) {
        issuers.add(service);
    }

    void removeIssuer(CertificateIssuer service) {
        issuers.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTunnels(TunnelService service) {
        tunnels.add(service);
    }

    void removeTunnels(TunnelService service) {
        tunnels.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addLimits(LimitService service) {
        limits.add(service);
    }

    void removeLimits(LimitService service) {
        limits.remove(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCheck(HealthCheck check) {
        checks.add(check);
    }

    void removeCheck(HealthCheck check) {
        checks.remove(check);
    }

    /** Protocols belong to the layer below the API; their names are all that is needed here. */
    @Reference(
            service = AnyService.class,
            target = "(protocol.name=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void addProtocol(Map<String, ?> properties) {
        protocols.add(String.valueOf(properties.get("protocol.name")));
    }

    void removeProtocol(Map<String, ?> properties) {
        protocols.remove(String.valueOf(properties.get("protocol.name")));
    }

    private void noteRoles() {
        if (anyGateways() != null && anyDestinations() != null && anyClients() != null && anyAcls() != null) {
            serverSeen.complete(null);
        }
        if (anyAttachments() != null) {
            clientSeen.complete(null);
        }
    }
}
