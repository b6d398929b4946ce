// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.List;
import org.sallyport.api.AclRule;
import org.sallyport.wire.control.AclEntry;

/** ACL rules as they travel and as the domain knows them. */
final class AclEntries {
    private AclEntries() {}

    static AclEntry of(AclRule rule) {
        return new AclEntry(rule.action() == AclRule.Action.ALLOW, rule.host(), rule.port(), rule.path());
    }

    static List<AclEntry> of(List<AclRule> rules) {
        return rules.stream().map(AclEntries::of).toList();
    }

    /**
     * {@return the rule of an entry}
     *
     * @throws IllegalArgumentException when it is none
     */
    static AclRule rule(AclEntry entry) {
        return new AclRule(
                entry.allow() ? AclRule.Action.ALLOW : AclRule.Action.DENY, entry.host(), entry.port(), entry.path());
    }
}
