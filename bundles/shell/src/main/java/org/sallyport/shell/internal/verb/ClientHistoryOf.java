// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class ClientHistoryOf implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("client", "history", "Lists who attached to a gateway or was refused, latest first.")
                .with(GatewayText.GATEWAY)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.await(call.services()
                        .clients()
                        .history(Ids.gateway(call.given().text(GatewayText.GATEWAY)))),
                ClientText::history);
    }
}
