// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.ClientId;

final class TunnelDetach implements Verb {
    private static final Argument CLIENT =
            Argument.required("CLIENT", "the client's ID, as tunnel:list shows it", Completion.ATTACHMENTS);

    private record Detached(String client) {}

    @Override
    public Syntax syntax() {
        return Syntax.of("tunnel", "detach", "Drains and ends an attachment of this client.")
                .with(CLIENT)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        ClientId id = Ids.client(call.given().text(CLIENT));
        ClientId detached = call.changed(call.services().attachments().detach(id));
        call.show(new Detached(detached.value()), result -> result.client() + " detached");
    }
}
