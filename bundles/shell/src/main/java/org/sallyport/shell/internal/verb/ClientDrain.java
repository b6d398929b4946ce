// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class ClientDrain implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("client", "drain", "Lets a client finish its connections and detaches it; it may come back.")
                .with(ClientText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.changed(
                        call.services().clients().drain(Ids.client(call.given().text(ClientText.ID)))),
                client -> client.id() + " drained");
    }
}
