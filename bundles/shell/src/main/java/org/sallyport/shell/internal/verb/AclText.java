// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import org.sallyport.api.service.AclView;

/** Access lists in words. */
final class AclText {
    static final Argument TARGET = Argument.required(
            "[HOST]:[PORT][/PATH]", "what clients dial; a part that is left out means any", Completion.NOTHING);

    private AclText() {}

    static String show(AclView acl) {
        StringBuilder text = new StringBuilder();
        text.append(rules(acl.rules(), "There is no rule."));
        if (acl.rules().isEmpty()) {
            text.append('\n');
        }
        text.append("Unlisted: ").append(acl.unlisted()).append('\n');
        text.append("Edited by: ").append(acl.edit()).append('\n');
        if (!acl.ceiling().isEmpty()) {
            text.append("\nCeiling of this client:\n").append(rules(acl.ceiling(), ""));
        }
        return text.toString();
    }

    private static String rules(List<AclView.Rule> rules, String none) {
        return Table.<AclView.Rule>of(
                        rule -> List.of(
                                rule.action(),
                                rule.host().isEmpty() ? "any" : rule.host(),
                                rule.port() == 0 ? "any" : rule.port(),
                                rule.path()),
                        "Action",
                        "Host",
                        "Port",
                        "Path")
                .text(rules, none);
    }

    /** {@return the target of a rule as {@code acl:remove} takes it} */
    static String target(AclView.Rule rule) {
        boolean brackets = rule.host().indexOf(':') >= 0 || rule.host().indexOf('/') >= 0;
        String host = brackets ? "[" + rule.host() + "]" : rule.host();
        return host + ":" + (rule.port() == 0 ? "" : rule.port()) + rule.path();
    }
}
