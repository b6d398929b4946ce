// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Outbound proxies: HTTP CONNECT, SOCKS 4, 4a and 5.
 *
 * <p>A {@link org.sallyport.transport.tls.internal.proxy.ProxyTalk} is one way of asking, a plain object that is told what the
 * proxy says and says what to answer; {@link org.sallyport.transport.tls.internal.proxy.ProxyPassage} puts it into a
 * connection's pipeline until the proxy has made the connection, and is never seen again afterwards. A
 * {@link org.sallyport.transport.tls.internal.proxy.Route} is one address to connect to with what is to be said there;
 * {@link org.sallyport.transport.tls.internal.proxy.Routes} finds all of them, which blocks.
 *
 * <p>Nothing that a proxy says is believed beyond "go on": the TLS handshake that follows is the same as without one.
 */
@NullMarked
package org.sallyport.transport.tls.internal.proxy;

import org.jspecify.annotations.NullMarked;
