// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Verdict;

/**
 * Decides what may be dialled, at the end that dials. Immutable: a change is another policy in another
 * {@link PlaneConfig}, and two that decide alike should be equal. On event loops; never blocks.
 */
@FunctionalInterface
public interface AccessPolicy {
    /**
     * Called when a stream opens, first on the name, then on each resolved address before it is dialled.
     *
     * @param host the resource's host as the destination names it
     * @param port its port
     * @param address null before the name is resolved
     * @return the verdict about a whole connection; a denial tells whether {@link #checkPath} may allow single requests
     */
    Verdict check(String host, int port, @Nullable InetAddress address);

    /**
     * Called for each request of a connection that as a whole is denied {@linkplain Verdict.Denied#byPath by path}, and for
     * all later ones of it, whatever the policy is by then.
     *
     * @param host the resource's host as the destination names it
     * @param port its port
     * @param address that was dialled; null where a proxy resolved the name
     * @param path decoded, without dot segments; begins with a slash
     * @return the verdict about the request; without rules for paths that about the connection
     */
    default Verdict checkPath(String host, int port, @Nullable InetAddress address, String path) {
        return address == null ? checkUnresolved(host, port) : check(host, port, address);
    }

    /**
     * Called in place of {@link #check} when a proxy resolves the resource's name, so that no address will ever be seen: what is
     * said of the name is all there is. Nothing is allowed unless a policy says so here.
     *
     * @param host the resource's host, a name
     * @param port its port
     * @return the verdict
     */
    default Verdict checkUnresolved(String host, int port) {
        return new Verdict.Denied(
                Verdict.Source.POLICY,
                host + " would be resolved by the proxy, and the end that dials allows only what it resolves itself");
    }
}
