// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import java.util.Comparator;
import org.sallyport.api.ClientId;
import org.sallyport.dataplane.internal.relay.ResetPace;
import org.sallyport.spi.Tunnel;

/**
 * A tunnel and whose it is.
 *
 * @param client its client
 * @param tunnel carries its streams
 * @param serial grows with each tunnel: of two of one client the later one is taken
 * @param resets of streams on which nothing was sent
 */
public record AttachedTunnel(ClientId client, Tunnel tunnel, long serial, ResetPace resets) {
    /** By client, the latest first. */
    static final Comparator<AttachedTunnel> ORDER = Comparator.comparing(AttachedTunnel::client)
            .thenComparing(AttachedTunnel::serial, Comparator.reverseOrder());

    /** A tunnel whose streams were not reset yet. */
    public AttachedTunnel(ClientId client, Tunnel tunnel, long serial) {
        this(client, tunnel, serial, new ResetPace(tunnel.eventLoop()));
    }

    // a tunnel is only itself; comparing what it says of itself would be slow and wrong

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(serial);
    }
}
