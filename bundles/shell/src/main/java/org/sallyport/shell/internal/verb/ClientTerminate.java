// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class ClientTerminate implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("client", "terminate", "Detaches a client at once; it does not come back by itself.")
                .with(ClientText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.changed(call.services()
                        .clients()
                        .terminate(Ids.client(call.given().text(ClientText.ID)))),
                client -> client.id() + " terminated");
    }
}
