// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which gateway of this process listens where, so that a second one that wants the same port is told whose it is, and gets
 * it when it becomes free. On the control loop.
 */
public final class PortBook {
    private final List<Claim> claims = new ArrayList<>();
    private final List<Wish> wishes = new ArrayList<>();

    /**
     * A port that is held.
     *
     * @param address where
     * @param gateway the name of the gateway that holds it
     */
    record Claim(InetSocketAddress address, String gateway) {}

    /** Somebody who waits for a port. */
    private record Wish(InetSocketAddress address, Runnable free) {}

    /**
     * Takes a port.
     *
     * @param address where
     * @param gateway the name of who takes it
     * @return who holds it already, null when it was free and is taken now
     */
    @Nullable
    Claim take(InetSocketAddress address, String gateway) {
        for (Claim claim : claims) {
            if (overlap(claim.address(), address)) {
                return claim;
            }
        }
        claims.add(new Claim(address, gateway));
        return null;
    }

    /** Tells somebody once when a port is given back. */
    void await(InetSocketAddress address, Runnable free) {
        wishes.add(new Wish(address, free));
    }

    /** Waits no longer. */
    void forget(Runnable free) {
        wishes.removeIf(wish -> wish.free() == free);
    }

    /** Gives a port back; who waited longest is told first. */
    void giveBack(InetSocketAddress address, String gateway) {
        claims.remove(new Claim(address, gateway));
        for (Wish wish : List.copyOf(wishes)) {
            if (overlap(wish.address(), address)) {
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
