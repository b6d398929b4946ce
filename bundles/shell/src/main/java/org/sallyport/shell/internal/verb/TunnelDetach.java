// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;

final class TunnelDetach implements Verb {
    private static final Argument WHICH = Argument.required(
            "CLIENT",
            "the client's ID, as tunnel:list shows it, or that of a gateway: all attachments to it, also those that were never"
                    + " attached",
            Completion.ATTACHMENTS);

    private record Detached(String client) {}

    private record AllDetached(String gateway, int attachments) {}

    @Override
    public Syntax syntax() {
        return Syntax.of("tunnel", "detach", "Drains and ends an attachment of this client.")
                .with(WHICH)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        String which = call.given().text(WHICH);
        if (Ids.isClient(which)) {
            ClientId client = call.changed(call.services().attachments().detach(new ClientId(which)));
            call.show(new Detached(client.value()), result -> result.client() + " detached");
        } else {
            GatewayId gateway = Ids.gateway(which);
            int ended = call.changed(call.services().attachments().detachAll(gateway));
            call.show(
                    new AllDetached(gateway.value(), ended),
                    result -> result.attachments() + " of " + result.gateway() + " detached");
        }
    }
}
