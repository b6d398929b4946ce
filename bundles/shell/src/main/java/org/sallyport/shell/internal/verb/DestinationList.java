// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.jspecify.annotations.Nullable;

final class DestinationList implements Verb {
    private static final Argument GATEWAY =
            Argument.optional("GATEWAY", "only those of this gateway", Completion.GATEWAYS);

    @Override
    public Syntax syntax() {
        return Syntax.of("destination", "list", "Lists the destinations.")
                .with(GATEWAY)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        @Nullable String gateway = call.given().textOrNull(GATEWAY);
        call.show(
                call.await(call.services().destinations().list(gateway == null ? null : Ids.gateway(gateway))),
                DestinationText::list);
    }
}
