// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.AclRule;

final class AclDeny implements Verb {
    @Override
    public Syntax syntax() {
        return Syntax.of("acl", "deny", "Keeps clients of a gateway from dialling something.")
                .with(GatewayText.GATEWAY)
                .with(AclText.TARGET)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        AclRule rule = AclRule.parse(AclRule.Action.DENY, call.given().text(AclText.TARGET));
        call.show(
                call.changed(call.services().acls().put(Ids.gateway(call.given().text(GatewayText.GATEWAY)), rule)),
                acl -> rule.toString());
    }
}
