// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class GatewayList implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "list", "Lists the gateways.").with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(call.await(call.services().gateways().list()), GatewayText::list);
    }
}
