// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import org.sallyport.spi.EventLoops;

/**
 * What the tunnels of a transport have around them.
 *
 * @param loops on which they live
 * @param places on those
 * @param terms that hold for all of them
 * @param live all of them, and what may become one
 */
record Surroundings(EventLoops loops, LoopPlaces places, TunnelTerms terms, LiveConnections live) {
    /** {@return socket and TLS implementation in use, for people} */
    String transport() {
        return loops.kind() + ", " + terms.tls().implementation();
    }
}
