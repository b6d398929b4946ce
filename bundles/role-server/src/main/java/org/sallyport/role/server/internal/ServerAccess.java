// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.net.InetAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Verdict;
import org.sallyport.api.config.EgressPolicy;
import org.sallyport.spi.AccessPolicy;

/**
 * What this server dials for a gateway's cloud destinations. Connections are the egress policy's to allow, as the gateway's
 * ACL says what clients dial; but where rules of it name paths of a resource, no more than those is asked for from this side
 * either.
 *
 * @param gateway whose, for messages
 * @param egress of the server's configuration
 * @param own whether an address is one of this server's
 * @param acl the gateway's list
 */
record ServerAccess(GatewayId gateway, EgressPolicy egress, Predicate<InetAddress> own, Acl acl)
        implements AccessPolicy {
    @Override
    public Verdict check(String host, int port, @Nullable InetAddress address) {
        Verdict verdict = egress.verdict(host, port, address, own);
        // a name alone does not tell: rules with paths may be about addresses
        if (address != null
                && verdict.allowed()
                && acl.verdict(host, port, address) instanceof Verdict.Denied denied
                && denied.byPath()) {
            return denied.at(gateway);
        }
        return verdict;
    }

    @Override
    public Verdict checkPath(String host, int port, @Nullable InetAddress address, String path) {
        if (address == null) {
            // of names that others resolve nothing is dialled from here
            return checkUnresolved(host, port);
        }
        Verdict verdict = egress.verdict(host, port, address, own);
        if (!verdict.allowed() || check(host, port, address).allowed()) {
            return verdict;
        }
        return acl.verdict(host, port, address, path) instanceof Verdict.Denied denied ? denied.at(gateway) : verdict;
    }
}
