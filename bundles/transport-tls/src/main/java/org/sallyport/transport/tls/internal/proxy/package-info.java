// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * The ways to a server, directly or through an outbound proxy. A
 * {@link org.sallyport.transport.tls.internal.proxy.Route} is one address to connect to with what is to be said there;
 * {@link org.sallyport.transport.tls.internal.proxy.Routes} finds all of them, which blocks.
 *
 * <p>Nothing that a proxy says is believed beyond "go on": the TLS handshake that follows is the same as without one.
 */
@NullMarked
package org.sallyport.transport.tls.internal.proxy;

import org.jspecify.annotations.NullMarked;
