// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

/**
 * What holds for all tunnels of a transport.
 *
 * @param tls that protects them
 * @param bounds that they keep
 * @param wear after which they are to be renewed
 */
record TunnelTerms(TlsContexts tls, TunnelBounds bounds, Wear wear) {}
