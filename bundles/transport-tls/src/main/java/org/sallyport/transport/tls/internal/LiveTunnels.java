// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The tunnels that are up, so that none outlives the bundle. Safe for every thread. */
final class LiveTunnels {
    private final Set<TlsTunnel> tunnels = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    void add(TlsTunnel tunnel) {
        tunnels.add(tunnel);
        tunnel.gone().addListener(done -> tunnels.remove(tunnel));
        if (ended) {
            tunnel.close("the transport stops");
        }
    }

    /** Closes all, and waits. */
    void closeAll(long millis) {
        ended = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (TlsTunnel tunnel : tunnels) {
            tunnel.close("the transport stops");
        }
        for (TlsTunnel tunnel : tunnels) {
            long left = Math.max(0, deadline - System.nanoTime());
            tunnel.gone().awaitUninterruptibly(left, TimeUnit.NANOSECONDS);
        }
    }
}
