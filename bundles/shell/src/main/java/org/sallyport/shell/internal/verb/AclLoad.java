// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import org.sallyport.api.AclFile;
import org.sallyport.api.AclRule;
import org.sallyport.api.GatewayId;

final class AclLoad implements Verb {
    private static final Argument FILE = Argument.required(
            "FILE", "a rule a line: 'allow HOST:PORT' or 'deny HOST:PORT', # begins a comment", Completion.NOTHING);

    @Override
    public Syntax syntax() {
        return Syntax.of("acl", "load", "Replaces a gateway's whole list by that of a file.")
                .with(GatewayText.GATEWAY)
                .with(FILE)
                .with(Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        GatewayId gateway = Ids.gateway(call.given().text(GatewayText.GATEWAY));
        String file = call.given().text(FILE);
        List<AclRule> rules = rules(file, call.console().read(file));
        call.show(
                call.changed(call.services().acls().replace(gateway, rules)),
                acl -> "rules: " + acl.rules().size());
    }

    private static List<AclRule> rules(String file, String text) {
        try {
            return AclFile.parse(text).rules();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ", " + e.getMessage() + "; nothing was changed", e);
        }
    }
}
