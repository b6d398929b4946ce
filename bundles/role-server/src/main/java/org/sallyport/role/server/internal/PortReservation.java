// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.Direction;
import org.sallyport.api.PortRange;
import org.sallyport.api.Transport;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.Refusal;

/**
 * Which port belongs to which destination. The registry is the only record of it, so all of this is pure and runs inside
 * transactions. Ports of TCP and of datagrams are counted apart; a server's listen port is unique on the server, a client
 * port within its gateway.
 */
final class PortReservation {
    private PortReservation() {}

    /**
     * Chooses the lowest port of the range that no destination has.
     *
     * @param snapshot where destinations have their ports
     * @param range the ports to give
     * @param transport that it is for
     * @param busy ports that other programs hold now
     * @return the port; fails with {@link Refusal} when there is none
     */
    static int choose(RegistrySnapshot snapshot, PortRange range, Transport transport, Set<Integer> busy) {
        BitSet reserved = reserved(snapshot, transport);
        for (int port = range.first(); port <= range.last(); port++) {
            if (!reserved.get(port) && !busy.contains(port)) {
                return port;
            }
        }
        int inUse = reserved.get(range.first(), range.last() + 1).cardinality();
        throw Refusal.conflict("no listen port is free: of the " + range.size() + " ports in listen.ports = " + range
                + ", destinations have " + inUse
                + (inUse < range.size() ? " and other programs on this server hold " + (range.size() - inUse) : "")
                + "; widen listen.ports in etc/org.sallyport.server.cfg, delete a destination, or choose a port with"
                + " --listen-port");
    }

    /** {@return the server's ports that destinations have} */
    static BitSet reserved(RegistrySnapshot snapshot, Transport transport) {
        BitSet reserved = new BitSet();
        for (Destination destination : snapshot.destinations().values()) {
            if (destination.direction() == Direction.ON_PREMISES && destination.transport() == transport) {
                reserved.set(destination.listenPort());
            }
        }
        return reserved;
    }

    /**
     * Fails with {@link Refusal} when another destination has the port of {@code wanted}.
     *
     * @param snapshot where destinations have their ports
     * @param wanted the destination as it is to be
     * @param tunnelPort the server's tunnel port; 0: not known
     */
    static void check(RegistrySnapshot snapshot, Destination wanted, int tunnelPort) {
        Transport transport = wanted.transport();
        boolean onServer = wanted.direction() == Direction.ON_PREMISES;
        if (onServer && transport == Transport.TCP && wanted.listenPort() == tunnelPort) {
            throw Refusal.conflict("listen port " + tunnelPort + " is this server's tunnel port; choose another");
        }
        Destination holder = holder(snapshot, wanted, transport);
        if (holder != null) {
            throw Refusal.conflict((onServer ? "listen port " : "client port ") + wanted.listenPort() + " belongs to"
                    + " destination " + holder.id() + " (" + holder.name() + ")"
                    + (holder.gateway().equals(wanted.gateway()) ? "" : " of gateway " + holder.gateway())
                    + "; choose another"
                    + (onServer ? ", or leave it out to get one of listen.ports" : " port for clients to listen on"));
        }
    }

    private static @Nullable Destination holder(RegistrySnapshot snapshot, Destination wanted, Transport transport) {
        for (Destination other : snapshot.destinations().values()) {
            boolean samePlace = wanted.direction() == Direction.ON_PREMISES
                    || other.gateway().equals(wanted.gateway());
            if (!other.id().equals(wanted.id())
                    && other.direction() == wanted.direction()
                    && samePlace
                    && other.listenPort() == wanted.listenPort()
                    && other.transport() == transport) {
                return other;
            }
        }
        return null;
    }
}
