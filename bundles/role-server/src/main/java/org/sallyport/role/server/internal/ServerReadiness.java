// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.TunnelService;

/**
 * Lets the server say that it is ready only when its services can be called, so that whoever waits for that word can go on
 * at once. Immediate and without a service, because it only does that.
 */
@Component(
        service = {},
        immediate = true)
public final class ServerReadiness {
    @Activate
    public ServerReadiness(
            @Reference ServerRole role,
            @Reference GatewayService gateways,
            @Reference DestinationService destinations,
            @Reference ClientService clients,
            @Reference(target = "(" + AclService.ROLE + "=server)") AclService acls,
            @Reference(target = "(" + AclService.ROLE + "=server)") TunnelService tunnels) {
        role.servicesReady();
    }
}
