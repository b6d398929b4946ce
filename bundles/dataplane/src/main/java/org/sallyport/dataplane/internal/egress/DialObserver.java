// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.sallyport.api.HostPort;

/**
 * Hears how far a dial has come, before its outcome. Connections of applications have nobody who listens. On the dial's event
 * loop.
 */
interface DialObserver {
    /** Listens to nothing. */
    DialObserver NOBODY = new DialObserver() {};

    /** The policy has nothing against a place, whatever its addresses. */
    default void allowed(HostPort place) {
        // nobody listens
    }

    /**
     * A place's name is resolved.
     *
     * @param place whose
     * @param found its addresses, in the order in which they are tried
     * @param allowed those that may be dialled; empty: none may be
     */
    default void resolved(HostPort place, List<InetAddress> found, List<InetSocketAddress> allowed) {
        // nobody listens
    }

    /** There is a connection, to the resource or to the proxy before it. */
    default void connected(Channel socket) {
        // nobody listens
    }

    /** The connection leads to the resource. */
    default void through() {
        // nobody listens
    }

    /** TLS with the resource failed; the outcome follows. */
    default void unprotected(Throwable cause) {
        // nobody listens
    }
}
