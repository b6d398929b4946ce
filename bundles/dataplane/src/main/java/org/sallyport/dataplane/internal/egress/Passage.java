// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.api.ProxyAddress;
import org.sallyport.spi.proxy.ProxyTalk;
import org.sallyport.spi.proxy.Socks4;
import org.sallyport.spi.proxy.Socks5;

/**
 * What a SOCKS proxy is asked for.
 *
 * @param proxy which one
 * @param resource where it is to connect, by name or by address
 * @param address the resource's address where it was resolved at this end; null: the proxy resolves its name
 */
record Passage(ProxyAddress proxy, HostPort resource, @Nullable InetAddress address) {
    /** {@return one to a resource that the proxy resolves} */
    static Passage named(ProxyAddress proxy, HostPort resource) {
        return new Passage(proxy, resource, null);
    }

    /**
     * One to a resource that was resolved.
     *
     * @param allowed addresses that may be reached, one at least
     * @return to the first that the proxy can carry; null when it can carry none
     */
    static @Nullable Passage to(ProxyAddress proxy, List<InetSocketAddress> allowed) {
        for (InetSocketAddress each : allowed) {
            InetAddress address = each.getAddress();
            if (proxy.kind() == ProxyAddress.Kind.SOCKS5 || address instanceof Inet4Address) {
                return new Passage(proxy, new HostPort(address.getHostAddress(), each.getPort()), address);
            }
        }
        return null;
    }

    /** {@return a talk with the proxy, for one connection} */
    ProxyTalk talk() {
        return proxy.kind() == ProxyAddress.Kind.SOCKS5
                ? new Socks5(proxy.words(), resource, null)
                : new Socks4(proxy.words(), resource, address == null ? null : address.getAddress(), null);
    }
}
