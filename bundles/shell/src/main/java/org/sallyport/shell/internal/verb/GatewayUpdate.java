// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.AclEdit;
import org.sallyport.api.Shown;
import org.sallyport.api.service.GatewayService.Update;

final class GatewayUpdate implements Verb {
    private static final Option NAME = Option.value("--name", "NAME", "what you call it");
    private static final Map<String, Boolean> YES_OR_NO = Map.of("yes", true, "no", false);
    private static final Option ADMIT_NEW_KEYS = Option.value(
            "--admit-new-keys",
            "yes|no",
            "whether the token admits clients that were never attached before",
            Completion.words("yes", "no"));
    private static final Map<String, AclEdit> EDITORS =
            Map.of(AclEdit.BOTH.word(), AclEdit.BOTH, AclEdit.SERVER.word(), AclEdit.SERVER);
    private static final Option ACL_EDIT = Option.value(
            "--acl-edit",
            "both|server",
            "who may edit the access control list: clients too, or this server only",
            Completion.words("both", "server"));
    private static final Option MAX_CLIENTS =
            Option.value("--max-clients", "N", "how many clients may be attached at once, 1 to 1000");

    @Override
    public Syntax syntax() {
        return Syntax.of("gateway", "update", "Changes a gateway; what is not given stays as it is.")
                .with(GatewayText.ID)
                .with(NAME, ADMIT_NEW_KEYS, ACL_EDIT, MAX_CLIENTS, Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        Given given = call.given();
        if (given.hasNoneBut(Syntax.JSON.name())) {
            throw syntax().wrong("nothing to change");
        }
        Update update = new Update(
                given.text(NAME),
                choice(given, ADMIT_NEW_KEYS, YES_OR_NO),
                choice(given, ACL_EDIT, EDITORS),
                given.number(MAX_CLIENTS, 1, 1000));
        call.show(
                call.changed(call.services().gateways().update(Ids.gateway(given.text(GatewayText.ID)), update)),
                GatewayText::state);
    }

    private static <T> @Nullable T choice(Given given, Option option, Map<String, T> choices) {
        String word = given.text(option);
        if (word != null && !choices.containsKey(word)) {
            throw new IllegalArgumentException(option.name() + " '" + Shown.of(word) + "': expected one of "
                    + option.value().replace("|", ", "));
        }
        return word == null ? null : choices.get(word);
    }
}
