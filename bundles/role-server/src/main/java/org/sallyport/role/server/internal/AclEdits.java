// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.service.Refusal;

/** What can be done to an ACL, at the server and from clients. Pure. */
final class AclEdits {
    private AclEdits() {}

    /** Adds rules; one with the target of another replaces it. */
    static Acl put(Acl acl, List<AclRule> rules) {
        Acl next = acl;
        for (AclRule rule : rules) {
            next = next.with(rule);
        }
        return next;
    }

    /** Adds the rules whose target no rule has yet, so that what an operator wrote stays. */
    static Acl putMissing(Acl acl, List<AclRule> rules) {
        Map<String, AclRule> byTarget = byTarget(acl.rules());
        List<AclRule> next = new ArrayList<>(acl.rules());
        for (AclRule rule : rules) {
            if (byTarget.putIfAbsent(rule.target(), rule) == null) {
                next.add(rule);
            }
        }
        return new Acl(next);
    }

    /** Removes the rules with these targets; fails with {@link Refusal} when one is not there. */
    static Acl remove(Acl acl, List<String> targets) {
        Acl next = acl;
        for (String target : targets) {
            Acl without = next.without(target);
            if (without == null) {
                throw Refusal.notFound("the ACL has no rule for " + target + "; acl:show lists those that it has");
            }
            next = without;
        }
        return next;
    }

    /** All rules anew; of those with one target the last counts. */
    static Acl replace(List<AclRule> rules) {
        return new Acl(List.copyOf(byTarget(rules).values()));
    }

    private static Map<String, AclRule> byTarget(List<AclRule> rules) {
        Map<String, AclRule> byTarget = new LinkedHashMap<>();
        for (AclRule rule : rules) {
            byTarget.put(rule.target(), rule);
        }
        return byTarget;
    }
}
