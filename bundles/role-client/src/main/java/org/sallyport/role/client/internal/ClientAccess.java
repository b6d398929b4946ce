// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Verdict;
import org.sallyport.spi.AccessPolicy;

/**
 * What this client dials for a gateway: what the gateway's ACL allows and the ceiling does not forbid. The ACL is asked
 * first, because its denial tells the server that no other client would do.
 *
 * @param gateway whose list it is, for messages
 * @param acl the gateway's list
 * @param ceiling this client's own
 */
record ClientAccess(GatewayId gateway, Acl acl, Ceiling ceiling) implements AccessPolicy {
    @Override
    public Verdict check(String host, int port, @Nullable InetAddress address) {
        return bounded(acl.verdict(host, port, address), ceiling.check(host, port, address));
    }

    @Override
    public Verdict checkUnresolved(String host, int port) {
        return bounded(acl.verdictUnresolved(host, port), ceiling.checkUnresolved(host, port));
    }

    private Verdict bounded(Verdict verdict, Verdict.@Nullable Denied objection) {
        if (verdict instanceof Verdict.Denied denied) {
            // the list does not know whose it is; hosts are lower case, so nothing else can match
            return new Verdict.Denied(denied.source(), denied.reason().replace(" GATEWAY ", " " + gateway + " "));
        }
        return objection == null ? verdict : objection;
    }
}
