// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayService;

/** A gateway server. */
final class ServerNode extends Node {
    ServerNode(Path state, Map<String, String> settings, Map<Class<?>, Object> given) {
        super(
                state,
                "org.sallyport.role.client",
                Map.of(
                        ServerSettings.PID,
                        withDefaults(
                                Map.of(
                                        "tunnel.address", "127.0.0.1",
                                        "tunnel.port", "0",
                                        "listen.ports", Ports.range(),
                                        "egress.allow", "127.0.0.1",
                                        "drain.timeout", "1"),
                                settings)),
                given);
    }

    /** {@return where a port of this machine is reached} */
    static HostPort local(DestinationView.Listen listen) {
        return new HostPort("127.0.0.1", listen.port());
    }

    /** {@return the address of the tunnel port, once it is open} */
    HostPort tunnel() {
        HostPort bound = await(Event.ServerReady.class).tunnel();
        return new HostPort("127.0.0.1", bound.port());
    }

    GatewayId gateway(String name) {
        tunnel();
        return new GatewayId(
                changed(get(GatewayService.class).create(name, 0, true)).id());
    }

    String token(GatewayId gateway) {
        return changed(get(GatewayService.class).token(gateway, false, null));
    }

    DestinationView onPremises(GatewayId gateway, String name, HostPort resource) {
        return onPremises(gateway, name, resource, DestinationOptions.DEFAULTS);
    }

    DestinationView onPremises(GatewayId gateway, String name, HostPort resource, DestinationOptions options) {
        // the warnings say that rules are missing, which the tests know
        return done(get(DestinationService.class)
                        .create(new DestinationService.Draft(
                                gateway, name, Direction.ON_PREMISES, "tcp", resource, null, options)))
                .value();
    }

    DestinationView cloud(GatewayId gateway, String name, HostPort resource, int clientPort) {
        return cloud(gateway, name, resource, clientPort, DestinationOptions.DEFAULTS);
    }

    DestinationView cloud(
            GatewayId gateway, String name, HostPort resource, int clientPort, DestinationOptions options) {
        // the warnings say that rules are missing, which the tests know
        return done(get(DestinationService.class)
                        .create(new DestinationService.Draft(
                                gateway, name, Direction.CLOUD, "tcp", resource, clientPort, options)))
                .value();
    }

    void allow(GatewayId gateway, HostPort resource) {
        changed(get(AclService.class).put(gateway, AclRule.parse(AclRule.Action.ALLOW, resource.toString())));
    }

    /** Waits until clients carry streams: what each said after its attach was heard, because a probe's answer comes later. */
    void heard(List<ClientId> clients) {
        clients.forEach(client -> done(get(ClientService.class).probe(client)));
    }

    DestinationView await(DestinationView destination, String state) {
        return done(get(DestinationService.class).await(new DestinationId(destination.id()), state, LIMIT));
    }
}
