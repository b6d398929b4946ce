// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.AttachmentService;

/** A client process. */
final class ClientNode extends Node {
    ClientNode(Path state, Map<String, String> settings, Map<Class<?>, Object> given) {
        super(
                state,
                "org.sallyport.role.server",
                Map.of(ClientSettings.PID, withDefaults(Map.of("drain.timeout", "1"), settings)),
                given);
    }

    /** Attaches, once or several times, and waits until that is done. */
    List<ClientId> attach(String token, int tunnels, HostPort server) {
        await(Event.ClientReady.class);
        return changed(get(AttachmentService.class).attach(token, tunnels, server));
    }

    ClientId attach(String token, HostPort server) {
        return attach(token, 1, server).get(0);
    }

    /** {@return how many attachments to a gateway have ended} */
    int detached(GatewayId gateway) {
        return count(Event.Detached.class, event -> event.gateway().equals(gateway));
    }
}
