// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.GatewayId;
import org.sallyport.api.service.GatewayService;

final class GatewayEnable implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "enable", "Lets a gateway carry connections again.")
                .with(GatewayText.ID)
                .with(Syntax.waitFor(GatewayText.STATES), Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        GatewayService gateways = call.services().gateways();
        GatewayId id = Ids.gateway(call.given().text(GatewayText.ID));
        call.checkWait(GatewayText.STATES);
        call.showAfterWait(
                call.changed(gateways.enable(id, true)),
                GatewayText.STATES,
                (state, limit) -> gateways.await(id, state, limit),
                GatewayText::state);
    }
}
