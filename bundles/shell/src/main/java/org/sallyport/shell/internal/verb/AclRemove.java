// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.sallyport.api.AclRule;

final class AclRemove implements Verb {
    private static final Argument TARGET =
            Argument.required("[HOST]:[PORT][/PATH]", "the target of a rule, as it was given", Completion.RULES);

    @Override
    public Syntax syntax() {
        return Syntax.of("acl", "remove", "Removes a rule from a gateway's list.")
                .with(GatewayText.GATEWAY)
                .with(TARGET)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        String target =
                AclRule.parse(AclRule.Action.ALLOW, call.given().text(TARGET)).target();
        call.show(
                call.changed(
                        call.services().acls().remove(Ids.gateway(call.given().text(GatewayText.GATEWAY)), target)),
                acl -> target + " removed");
    }
}
