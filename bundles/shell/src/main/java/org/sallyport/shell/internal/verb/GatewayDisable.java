// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class GatewayDisable implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "disable", "Keeps a gateway's tunnels, and carries nothing through them.")
                .with(GatewayText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.changed(call.services()
                        .gateways()
                        .enable(Ids.gateway(call.given().text(GatewayText.ID)), false)),
                GatewayText::state);
    }
}
