// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ServerSettings;

/** Where clients are told to reach the tunnel port. Pure. */
final class TunnelAddresses {
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private TunnelAddresses() {}

    /**
     * What tokens and answers to attaches tell.
     *
     * @param advertised the operator's list; when it is not empty, nothing else counts
     * @param bound where the tunnel port is open, with its real port
     * @param hostName this machine's name, null when it has none that others could use
     * @return addresses in the order in which they are tried: for a port that is open on all addresses the machine's name,
     *     then loopback; else the one address
     * @see ServerSettings#tunnelAdvertised()
     */
    static List<HostPort> of(List<HostPort> advertised, HostPort bound, @Nullable String hostName) {
        if (!advertised.isEmpty()) {
            return advertised;
        }
        if (!ANY.contains(bound.host())) {
            return List.of(bound);
        }
        List<HostPort> addresses = new ArrayList<>();
        if (hostName != null) {
            addresses.add(new HostPort(hostName, bound.port()));
        }
        addresses.add(new HostPort("127.0.0.1", bound.port()));
        return List.copyOf(addresses);
    }
}
