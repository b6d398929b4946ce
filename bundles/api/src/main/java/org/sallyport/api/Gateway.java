// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.time.Instant;

/**
 * One private network as the server knows it.
 *
 * @param id the gateway's name for ever
 * @param name what the operator calls it, 1–128 printable characters
 * @param enabled the operator's wish; a disabled gateway keeps its tunnels and carries nothing
 * @param tokenRequired whether a client needs the token; where not, the gateway is shown as <em>open</em>
 * @param admitNewKeys whether a token admits a client key that was not seen before
 * @param token the claims of the current token
 * @param acl what clients may dial
 * @param aclEdit who may edit the ACL
 * @param balancer name of the policy that distributes connections over clients
 * @param maxClients how many clients may be attached at once, 1–1000
 * @param created when the gateway was made
 */
public record Gateway(
        GatewayId id,
        String name,
        boolean enabled,
        boolean tokenRequired,
        boolean admitNewKeys,
        TokenState token,
        Acl acl,
        AclEdit aclEdit,
        String balancer,
        int maxClients,
        Instant created) {
    /** How many clients a new gateway admits. */
    public static final int DEFAULT_MAX_CLIENTS = 100;

    /** The policy of a new gateway. */
    public static final String DEFAULT_BALANCER = "round-robin";

    public Gateway {
        Names.check("gateway name", name);
        if (maxClients < 1 || maxClients > 1000) {
            throw new IllegalArgumentException("client limit " + maxClients + ": expected 1 to 1000");
        }
    }

    /** {@return this gateway, enabled or disabled} */
    public Gateway withEnabled(boolean wish) {
        return new Gateway(
                id, name, wish, tokenRequired, admitNewKeys, token, acl, aclEdit, balancer, maxClients, created);
    }

    /** {@return this gateway under another name} */
    public Gateway withName(String next) {
        return new Gateway(
                id, next, enabled, tokenRequired, admitNewKeys, token, acl, aclEdit, balancer, maxClients, created);
    }

    /** {@return this gateway with other rules for who attaches and who edits} */
    public Gateway withRules(boolean newKeys, AclEdit edit, int clients) {
        return new Gateway(id, name, enabled, tokenRequired, newKeys, token, acl, edit, balancer, clients, created);
    }

    /** {@return this gateway with another token} */
    public Gateway withToken(TokenState next) {
        return new Gateway(
                id, name, enabled, tokenRequired, admitNewKeys, next, acl, aclEdit, balancer, maxClients, created);
    }

    /** {@return this gateway with another ACL} */
    public Gateway withAcl(Acl next) {
        return new Gateway(
                id, name, enabled, tokenRequired, admitNewKeys, token, next, aclEdit, balancer, maxClients, created);
    }
}
