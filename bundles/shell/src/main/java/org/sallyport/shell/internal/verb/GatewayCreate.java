// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.GatewayView;

final class GatewayCreate implements Verb {
    private static final Argument NAME = Argument.required("NAME", "what you call it", Completion.NOTHING);
    private static final Option TOKEN_DAYS = Option.value(
            "--token-days",
            "N",
            "how long its token admits clients, 1 to 365 days, 0 for ever; " + GatewayService.DEFAULT_TOKEN_DAYS
                    + " unless told otherwise");
    private static final Option NO_TOKEN_REQUIRED =
            Option.flag("--no-token-required", "makes an open gateway: clients need no token");

    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "create", "Makes a gateway and prints its ID.")
                .with(NAME)
                .with(TOKEN_DAYS, NO_TOKEN_REQUIRED, Syntax.waitFor(GatewayText.STATES), Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.checkWait(GatewayText.STATES);
        GatewayService gateways = call.services().gateways();
        GatewayView made = call.changed(gateways.create(
                call.given().text(NAME),
                call.given().number(TOKEN_DAYS, 0, 365, GatewayService.DEFAULT_TOKEN_DAYS),
                !call.given().has(NO_TOKEN_REQUIRED)));
        call.showAfterWait(
                made,
                GatewayText.STATES,
                (state, limit) -> gateways.await(Ids.gateway(made.id()), state, limit),
                GatewayView::id);
    }
}
