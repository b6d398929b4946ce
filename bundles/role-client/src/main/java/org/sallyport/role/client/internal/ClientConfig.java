// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.List;
import java.util.Map;
import org.sallyport.api.Acl;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.wire.control.Applied;

/**
 * A gateway's configuration as this client can apply it.
 *
 * @param revision the server's number
 * @param gateway whose
 * @param name the gateway's name, fit to be shown
 * @param enabled the operator's wish
 * @param aclEditable whether the ACL may be edited from clients
 * @param ingress cloud destinations: applications connect here
 * @param egress on-premises destinations: resources are dialled from here
 * @param acl what may be dialled, before the ceiling
 * @param failures destinations that were left out, with the reason
 * @param marks of certificates that the server holds for legs at this client, by destination
 */
record ClientConfig(
        long revision,
        GatewayId gateway,
        String name,
        boolean enabled,
        boolean aclEditable,
        List<Destination> ingress,
        List<Destination> egress,
        Acl acl,
        List<Applied.Failure> failures,
        Map<DestinationId, String> marks) {
    ClientConfig {
        ingress = List.copyOf(ingress);
        egress = List.copyOf(egress);
        failures = List.copyOf(failures);
        marks = Map.copyOf(marks);
    }
}
