// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;

final class ClientList implements Verb {
    private static final Argument GATEWAY =
            Argument.optional("GATEWAY", "only those of this gateway", Completion.GATEWAYS);

    @Override
    public Syntax syntax() {
        return Syntax.of("client", "list", "Lists the attached clients.")
                .with(GATEWAY)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        @Nullable String gateway = call.given().textOrNull(GATEWAY);
        ClientService clients = call.services().clients();
        call.show(call.await(gateway == null ? clients.list() : of(clients, Ids.gateway(gateway))), ClientText::list);
    }

    private static CompletionStage<List<ClientView>> of(ClientService clients, GatewayId gateway) {
        return clients.list().thenApply(all -> all.stream()
                .filter(client -> client.gateway().equals(gateway.value()))
                .toList());
    }
}
