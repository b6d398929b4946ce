// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;

/** All commands. */
public final class Verbs {
    private Verbs() {}

    /** {@return one of each, in the order in which people meet them} */
    public static List<Verb> all() {
        return List.of(
                new GatewayCreate(),
                new GatewayList(),
                new GatewayShow(),
                new GatewayUpdate(),
                new GatewayEnable(),
                new GatewayDisable(),
                new GatewayDelete(),
                new GatewayToken(),
                new DestinationCreate(),
                new DestinationList(),
                new DestinationShow(),
                new DestinationUpdate(),
                new DestinationEnable(),
                new DestinationDisable(),
                new DestinationDelete(),
                new DestinationProbe(),
                new DestinationRule(),
                new DestinationCert(),
                new ClientList(),
                new ClientShow(),
                new ClientTerminate(),
                new ClientDrain(),
                new ClientProbe(),
                new ClientBlock(),
                new ClientHistoryOf(),
                new AclShow(),
                new AclAllow(),
                new AclDeny(),
                new AclRemove(),
                new AclLoad(),
                new TunnelList(),
                new TunnelShow(),
                new TunnelAttach(),
                new TunnelDetach(),
                new Health());
    }
}
