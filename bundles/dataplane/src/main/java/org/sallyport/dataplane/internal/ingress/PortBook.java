// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Transport;

/**
 * Which gateway of this process listens where, so that a second one that wants the same port is told whose it is, and gets
 * it when it becomes free. Ports of TCP and UDP are apart. On the control loop.
 */
public final class PortBook {
    private final List<Claim> claims = new ArrayList<>();
    private final List<Wish> wishes = new ArrayList<>();

    /**
     * A port that is held.
     *
     * @param transport whose port it is
     * @param address where
     * @param gateway the name of the gateway that holds it
     */
    record Claim(Transport transport, InetSocketAddress address, String gateway) {}

    /** Somebody who waits for a port. */
    private record Wish(Transport transport, InetSocketAddress address, Runnable free) {}

    /**
     * Takes a port.
     *
     * @param transport whose port it is
     * @param address where
     * @param gateway the name of who takes it
     * @return who holds it already, null when it was free and is taken now
     */
    @Nullable
    Claim take(Transport transport, InetSocketAddress address, String gateway) {
        for (Claim claim : claims) {
            if (claim.transport() == transport && overlap(claim.address(), address)) {
                return claim;
            }
        }
        claims.add(new Claim(transport, address, gateway));
        return null;
    }

    /** Tells somebody once when a port is given back. */
    void await(Transport transport, InetSocketAddress address, Runnable free) {
        wishes.add(new Wish(transport, address, free));
    }

    /** Waits no longer. */
    void forget(Runnable free) {
        wishes.removeIf(wish -> wish.free() == free);
    }

    /** Gives a port back; who waited longest is told first. */
    void giveBack(Transport transport, InetSocketAddress address, String gateway) {
        claims.remove(new Claim(transport, address, gateway));
        for (Wish wish : List.copyOf(wishes)) {
            if (wish.transport() == transport && overlap(wish.address(), address)) {
                wishes.remove(wish);
                wish.free().run();
            }
        }
    }

    private static boolean overlap(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort()
                && (one.getAddress().isAnyLocalAddress()
                        || other.getAddress().isAnyLocalAddress()
                        || one.getAddress().equals(other.getAddress()));
    }
}
