// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class ClientShow implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("client", "show", "Shows an attached client.")
                .with(ClientText.ID)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.await(
                        call.services().clients().show(Ids.client(call.given().text(ClientText.ID)))),
                ClientText::show);
    }
}
