// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.proxy;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.proxy.ProxyTalk;

/**
 * One way to a server, for one try.
 *
 * @param address what to connect to
 * @param talk what is said there before TLS; null where that is the server itself
 * @param end where the way ends: routes that differ only in the proxy's address have the same
 */
public record Route(InetSocketAddress address, @Nullable ProxyTalk talk, Object end) {
    /** {@return those of others that end somewhere else, for when this one has failed beyond the proxy} */
    public List<Route> elsewhere(List<Route> others) {
        return others.stream().filter(other -> !other.end().equals(end)).toList();
    }
}
