// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of an application's connection.
 *
 * @param source where the application is
 * @param local what it connected to
 */
public record Ends(InetSocketAddress source, InetSocketAddress local) {
    /** {@return whether both are IPv4 addresses} */
    boolean areV4() {
        return address(source) instanceof Inet4Address && address(local) instanceof Inet4Address;
    }

    /** {@return whether both are IPv6 addresses} */
    boolean areV6() {
        return address(source) instanceof Inet6Address && address(local) instanceof Inet6Address;
    }

    private static @Nullable InetAddress address(InetSocketAddress end) {
        return end.getAddress();
    }
}
