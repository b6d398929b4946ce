// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

/**
 * What holds for all tunnels of a transport.
 *
 * @param tls that protects them
 * @param memory that they may hold
 * @param wear after which they are to be renewed
 */
record TunnelTerms(TlsContexts tls, MemoryBounds memory, Wear wear) {}
