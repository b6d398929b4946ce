// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

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

/** The services of the roles that are installed now. The {@code any…} methods return null where a role is not. */
public interface Services {
    @Nullable
    GatewayService anyGateways();

    @Nullable
    DestinationService anyDestinations();

    @Nullable
    ClientService anyClients();

    /** {@return the server's if there is one, else the client's} */
    @Nullable
    AclService anyAcls();

    @Nullable
    AttachmentService anyAttachments();

    /** {@return the certificates of destinations at this end, whatever its role} */
    @Nullable
    DestinationCertificates anyCertificates();

    @Nullable
    CertificateIssuer anyIssuer();

    /** {@return one a role} */
    List<TunnelService> tunnels();

    /** {@return what holds for whatever begins now, in no order} */
    List<LimitView> limits();

    /** {@return in the order of their names} */
    List<HealthCheck> checks();

    /** {@return names of the protocols that are installed, in order} */
    List<String> protocols();

    /** {@return the role that this container was started for and that is not there; null when none is missing} */
    default @Nullable String missingRole() {
        return null;
    }

    default GatewayService gateways() {
        return needed(anyGateways(), "sallyport-server");
    }

    default DestinationService destinations() {
        return needed(anyDestinations(), "sallyport-server");
    }

    default ClientService clients() {
        return needed(anyClients(), "sallyport-server");
    }

    default AclService acls() {
        return needed(anyAcls(), "sallyport-server, or on the other end sallyport-client");
    }

    default DestinationCertificates certificates() {
        return needed(anyCertificates(), "sallyport-server or sallyport-client");
    }

    default CertificateIssuer issuer() {
        return needed(anyIssuer(), "sallyport-server");
    }

    default AttachmentService attachments() {
        return needed(anyAttachments(), "sallyport-client");
    }

    private static <T> T needed(@Nullable T service, String feature) {
        if (service == null) {
            throw new Failed("this container lacks the role for it, or the role is just starting: expected the feature "
                    + feature + " (feature:install)");
        }
        return service;
    }
}
