// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;

final class GatewayToken implements Verb {
    private static final Option REGENERATE =
            Option.flag("--regenerate", "makes a new one; the older one admits nobody any more");
    private static final Option DAYS =
            Option.value("--days", "N", "how long the new one admits clients, 1 to 365 days, 0 for ever");
    private static final Option FILE =
            Option.value("--file", "FILE", "writes it there, readable by its owner only, instead of printing it");

    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "token", "Prints a gateway's security token, which admits clients: a secret.")
                .with(GatewayText.ID)
                .with(REGENERATE, DAYS, FILE);
    }

    @Override
    public void run(Call call) {
        GatewayId id = Ids.gateway(call.given().text(GatewayText.ID));
        @Nullable Integer days = call.given().number(DAYS, 0, 365);
        boolean regenerate = call.given().has(REGENERATE);
        if (days != null && !regenerate) {
            throw new IllegalArgumentException("--days without --regenerate: a token is not extended; --regenerate"
                    + " --days " + days + " makes a new one, and the older one admits nobody any more");
        }
        @Nullable String file = call.given().text(FILE);
        if (file != null) {
            SecretFile.check(call.console().file(file)); // before the older token is revoked
        }
        String token = call.changed(call.services().gateways().token(id, regenerate, days));
        if (file == null) {
            call.print(token);
        } else {
            SecretFile.write(call.console().file(file), token);
        }
    }
}
