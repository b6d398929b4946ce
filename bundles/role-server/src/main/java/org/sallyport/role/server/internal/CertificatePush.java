// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.DestinationConfig;

/**
 * Which certificates a client has been sent on one tunnel, and which it needs next. They are made into messages one at a
 * time, so that many of them never lie in memory for a client that reads slowly. On the role's thread.
 */
final class CertificatePush {
    private final GatewayState gateway;
    private final boolean keys;
    private final Map<DestinationId, String> sent = new HashMap<>();
    private Map<String, String> wanted = Map.of();

    /**
     * @param gateway whose
     * @param keys whether the client may have private keys: it showed a token
     */
    CertificatePush(GatewayState gateway, boolean keys) {
        this.gateway = gateway;
        this.keys = keys;
    }

    /** The client was sent a configuration; what belongs to it comes behind it. */
    void follow(Config config) {
        Map<String, String> next = new HashMap<>();
        for (DestinationConfig destination : config.destinations()) {
            String mark = destination.options().get(TunnelProtocol.CERTIFICATES);
            if (mark != null) {
                next.put(destination.id(), mark);
            }
        }
        wanted = next;
    }

    /** {@return the next message that belongs to the last configuration and was not sent; null when there is none} */
    @Nullable
    Certificates next() {
        for (Destination destination : gateway.destinations()) {
            String mark = wanted.get(destination.id().value());
            if (mark == null) {
                sent.remove(destination.id());
            } else if (!mark.equals(sent.get(destination.id()))) {
                CarriedLeg held = gateway.forClients(destination);
                // what changed meanwhile is the next configuration's
                if (held != null && held.mark().equals(mark)) {
                    sent.put(destination.id(), mark);
                    return WireForm.certificates(keys ? held : held.withoutKey());
                }
            }
        }
        return null;
    }
}
