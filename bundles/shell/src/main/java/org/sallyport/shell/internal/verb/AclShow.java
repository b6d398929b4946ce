// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

final class AclShow implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("acl", "show", "Shows what clients of a gateway may dial.")
                .with(GatewayText.GATEWAY)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        call.show(
                call.await(call.services().acls().show(Ids.gateway(call.given().text(GatewayText.GATEWAY)))),
                AclText::show);
    }
}
