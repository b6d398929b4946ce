// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import java.util.ArrayList;
import java.util.List;

/** The tunnels of one gateway, as an immutable list that is replaced. Changed on one loop, read everywhere. */
public final class AttachedTunnels {
    private volatile List<AttachedTunnel> all = List.of();

    /** {@return all of them, by client, of one client the latest first} */
    public List<AttachedTunnel> all() {
        return all;
    }

    public void add(AttachedTunnel tunnel) {
        List<AttachedTunnel> next = new ArrayList<>(all);
        next.add(tunnel);
        next.sort(AttachedTunnel.ORDER);
        all = List.copyOf(next);
    }

    public void remove(AttachedTunnel tunnel) {
        all = all.stream().filter(other -> !other.equals(tunnel)).toList();
    }

    /** {@return whether one of them still has streams to reset on which nothing was sent} */
    boolean anyBehind() {
        for (AttachedTunnel tunnel : all) {
            if (tunnel.resets().isBehind()) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether a stream could be opened on one of them} */
    boolean anyUsable() {
        for (AttachedTunnel tunnel : all) {
            if (tunnel.tunnel().usable()) {
                return true;
            }
        }
        return false;
    }
}
