// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.State;
import org.sallyport.api.Transport;
import org.sallyport.spi.Protocol;

/** Whether a destination should listen, decided from what is there. */
final class Readiness {
    private Readiness() {}

    /**
     * Decides.
     *
     * @param gatewayEnabled whether its gateway is
     * @param destination and its wish
     * @param protocol of the destination, null when it is not installed
     * @param tls why no handshake can be made, null when none is needed or one can
     * @param policyInstalled whether the gateway's balancer policy is
     * @param policy its name
     * @param clients whether a client is attached, or was within the grace
     * @return null when it should listen, else the state that says why not
     */
    static @Nullable State obstacle(
            boolean gatewayEnabled,
            Destination destination,
            @Nullable Protocol protocol,
            @Nullable State tls,
            boolean policyInstalled,
            String policy,
            boolean clients) {
        if (!gatewayEnabled) {
            return new State.Disabled("the gateway is disabled");
        }
        if (!destination.enabled()) {
            return new State.Disabled("");
        }
        if (protocol == null) {
            return new State.Waiting("protocol " + destination.protocol() + " is not installed");
        }
        boolean datagrams = protocol.carries() == Protocol.Carries.DATAGRAMS;
        if (datagrams != (destination.transport() == Transport.UDP)) {
            return new State.Failed(
                    "protocol " + destination.protocol() + " carries "
                            + (datagrams ? "datagrams" : "connections")
                            + ", which its name does not say: names of those that carry datagrams begin with udp-, others' do not");
        }
        if (tls != null) {
            return tls;
        }
        if (!policyInstalled) {
            return new State.Waiting("balancer policy " + policy + " is not installed");
        }
        if (!clients) {
            return new State.Waiting("no client is attached");
        }
        return null;
    }
}
