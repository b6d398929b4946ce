// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.GatewayId;
import org.sallyport.api.service.GatewayService;

final class GatewayShow implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "show", "Shows a gateway.")
                .with(GatewayText.ID)
                .with(Syntax.waitFor(GatewayText.STATES), Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        GatewayService gateways = call.services().gateways();
        GatewayId id = Ids.gateway(call.given().text(GatewayText.ID));
        call.checkWait(GatewayText.STATES);
        call.showAfterWait(
                call.await(gateways.show(id)),
                GatewayText.STATES,
                (state, limit) -> gateways.await(id, state, limit),
                GatewayText::show);
    }
}
