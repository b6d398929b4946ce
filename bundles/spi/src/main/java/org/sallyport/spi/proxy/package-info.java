// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * What is said to an outbound proxy, HTTP CONNECT, SOCKS 4, 4a and 5, by whoever goes through one: tunnels to their server, and
 * connections to resources.
 *
 * <p>A {@link org.sallyport.spi.proxy.ProxyTalk} is one way of asking, a plain object that is told what the proxy says and says
 * what to answer; {@link org.sallyport.spi.proxy.ProxyPassage} puts it into a connection's pipeline until the proxy has made
 * the connection, and is never seen again afterwards.
 *
 * <p>Nothing that a proxy says is believed beyond "go on".
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.spi.proxy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
