// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import org.sallyport.api.service.GatewayView;

/** Gateways in words. */
final class GatewayText {
    static final List<String> STATES = List.of("attached", "waiting", "disabled");

    static final Argument ID = Argument.required("ID", "the gateway's ID", Completion.GATEWAYS);

    static final Argument GATEWAY = Argument.required("GATEWAY", "the gateway's ID", Completion.GATEWAYS);

    private GatewayText() {}

    static String list(List<GatewayView> gateways) {
        return Table.<GatewayView>of(
                        gateway -> List.of(
                                gateway.id(),
                                gateway.name(),
                                gateway.state(),
                                gateway.clients(),
                                gateway.destinations(),
                                token(gateway),
                                gateway.cause()),
                        "ID",
                        "Name",
                        "State",
                        "Clients",
                        "Destinations",
                        "Token",
                        "Cause")
                .text(gateways, "There is no gateway; gateway:create NAME makes one.");
    }

    static String show(GatewayView gateway) {
        return new Lines()
                .with("ID", gateway.id())
                .with("Name", gateway.name())
                .with("Enabled", gateway.enabled() ? "yes" : "no")
                .with("State", gateway.state())
                .with("Cause", gateway.cause())
                .with("Token", token(gateway))
                .with("Clients", gateway.clients())
                .with("Destinations", gateway.destinations())
                .toString();
    }

    static String state(GatewayView gateway) {
        return gateway.id() + " " + gateway.state() + (gateway.cause().isEmpty() ? "" : ": " + gateway.cause());
    }

    private static String token(GatewayView gateway) {
        if (!gateway.tokenRequired()) {
            return "not required";
        }
        return gateway.tokenExpires() == null ? "never expires" : "expires " + gateway.tokenExpires();
    }
}
