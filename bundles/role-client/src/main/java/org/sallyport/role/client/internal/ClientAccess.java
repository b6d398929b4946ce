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
        Verdict.Denied denial = verdict instanceof Verdict.Denied denied ? denied.at(gateway) : null;
        if (denial != null && !denial.byPath()) {
            return denial;
        }
        if (objection != null && !objection.byPath()) {
            return objection;
        }
        // of what is allowed by path here and there, the gateway's list is to be corrected first
        return denial != null ? denial : objection != null ? objection : verdict;
    }

    @Override
    public Verdict checkPath(String host, int port, @Nullable InetAddress address, String path) {
        Verdict verdict = acl.verdict(host, port, address, path);
        if (verdict instanceof Verdict.Denied denied) {
            return denied.at(gateway);
        }
        Verdict.@Nullable Denied objection = ceiling.checkPath(host, port, address, path);
        return objection == null ? verdict : objection;
    }
}
