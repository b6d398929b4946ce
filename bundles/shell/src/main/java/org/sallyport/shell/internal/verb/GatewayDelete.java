// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class GatewayDelete implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "delete", "Removes a gateway with its destinations and detaches its clients.")
                .with(GatewayText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.changed(call.services()
                        .gateways()
                        .delete(Ids.gateway(call.given().text(GatewayText.ID)))),
                gateway -> gateway.id() + " deleted");
    }
}
