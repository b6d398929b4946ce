// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.GatewayId;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Attach;

/**
 * What the command line wants of the ACL of each gateway that it attaches to: rules to add, or a list in place of all. Said
 * until an attach succeeded, and not again at reconnects, where it would undo what an operator has changed since. On the
 * role's thread.
 */
final class Wishes {
    private final List<AclEntry> allow;
    private final @Nullable List<AclEntry> acl;
    private final Set<GatewayId> granted = new HashSet<>();

    /**
     * @param allow rules to add
     * @param acl what to put in place of the list; null: nothing
     * @throws IllegalArgumentException when an attach cannot hold them
     */
    Wishes(List<AclRule> allow, @Nullable List<AclRule> acl) {
        List<AclRule> all = new ArrayList<>(allow);
        all.addAll(acl == null ? List.of() : acl);
        Acl.requireSendable(all);
        this.allow = AclEntries.of(allow);
        this.acl = acl == null ? null : AclEntries.of(acl);
    }

    /** {@return an attach that says what is wished of this gateway} */
    Attach in(Attach attach, AttachOrder order) {
        return order.atStart() && !granted.contains(order.gateway()) ? attach.wishing(allow, acl) : attach;
    }

    /** The server accepted such an attach. */
    void granted(AttachOrder order) {
        if (order.atStart()) {
            granted.add(order.gateway());
        }
    }
}
