// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The order in which addresses of a name are dialled. */
final class AddressOrder {
    private AddressOrder() {}

    /**
     * Interleaves the families, beginning with that of the first address (RFC 8305, section 4, with a first address family
     * count of 1).
     *
     * @param resolved in the system's order
     * @return the same addresses
     */
    static List<InetAddress> interleave(List<InetAddress> resolved) {
        if (resolved.size() < 3) {
            return resolved;
        }
        boolean six = resolved.get(0) instanceof Inet6Address;
        List<InetAddress> one =
                resolved.stream().filter(a -> a instanceof Inet6Address == six).toList();
        List<InetAddress> other =
                resolved.stream().filter(a -> a instanceof Inet6Address != six).toList();
        List<InetAddress> order = new ArrayList<>(resolved.size());
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            if (i < one.size()) {
                order.add(one.get(i));
            }
            if (i < other.size()) {
                order.add(other.get(i));
            }
        }
        return List.copyOf(order);
    }
}
