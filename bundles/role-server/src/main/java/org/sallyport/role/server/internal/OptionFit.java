// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import org.sallyport.api.Bandwidth;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.SourceHeaders;
import org.sallyport.api.Transport;
import org.sallyport.api.service.Refusal;

/** Which options make sense for which protocol. */
final class OptionFit {
    private OptionFit() {}

    /**
     * Checks a destination that is to be stored.
     *
     * @throws Refusal when its protocol cannot do what an option asks for; the message names the option and the reason
     */
    static void check(Destination destination) {
        if (destination.transport() == Transport.TCP) {
            return;
        }
        DestinationOptions options = destination.options();
        require(options.alpn().isEmpty(), destination, "--alpn", "protocols are agreed on in TLS");
        require(
                options.resourceTls().security() == LegSecurity.NONE,
                destination,
                "--resource-tls",
                "TLS protects connections");
        require(
                options.sourceHeaders().equals(SourceHeaders.NONE),
                destination,
                "--proxy-protocol and --accept-proxy-protocol",
                "the header is the beginning of a connection");
        require(
                options.resourceProxy() == null,
                destination,
                "--resource-proxy",
                "a connection is what the proxy is asked for");
        require(
                options.bandwidth().equals(Bandwidth.UNLIMITED),
                destination,
                "--bandwidth-in and --bandwidth-out",
                "a limit holds up the sender of a connection");
    }

    private static void require(boolean fits, Destination destination, String option, String why) {
        if (!fits) {
            throw Refusal.invalid(option + " with protocol " + destination.protocol() + ", which carries datagrams: "
                    + why + "; leave the option out");
        }
    }
}
