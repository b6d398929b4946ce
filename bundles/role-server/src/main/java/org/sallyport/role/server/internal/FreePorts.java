// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.sallyport.api.PortRange;
import org.sallyport.api.Transport;

/**
 * Finds out which ports other programs hold, so that a new destination is not given one of those. Binds and closes
 * sockets, so it is not for event loops.
 */
final class FreePorts {
    private FreePorts() {}

    /**
     * Tries the ports of a range in turn until one can be bound.
     *
     * @param range the ports
     * @param reserved ports to pass over
     * @param address where the port would be bound
     * @param transport that is meant
     * @return the ports that could not be bound
     */
    static Set<Integer> busy(PortRange range, BitSet reserved, String address, Transport transport) {
        Set<Integer> busy = new HashSet<>();
        for (int port = range.first(); port <= range.last(); port++) {
            if (reserved.get(port)) {
                continue;
            }
            if (bindable(address, port, transport)) {
                break;
            }
            busy.add(port);
        }
        return busy;
    }

    private static boolean bindable(String address, int port, Transport transport) {
        try {
            InetSocketAddress place = new InetSocketAddress(InetAddress.getByName(address), port);
            if (transport == Transport.UDP) {
                new DatagramSocket(place).close();
                return true;
            }
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true); // as the listener will: connections in TIME_WAIT do not count
                socket.bind(place);
                return true;
            }
        } catch (IOException e) {
            return false;
        }
    }
}
