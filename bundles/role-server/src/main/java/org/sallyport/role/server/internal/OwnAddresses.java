// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of this machine, which clients may not reach through it unless the operator allows it. Read anew from time
 * to time, because asking the system is not for event loops; tests may be made on any thread.
 */
final class OwnAddresses implements Predicate<InetAddress> {
    private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

    private volatile Set<InetAddress> known = Set.of();

    OwnAddresses() {
        refresh();
    }

    /** Asks the system; what was known stays when it does not answer. */
    void refresh() {
        try {
            known = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOG.warn("server role: the addresses of this machine cannot be read, the last ones are used", e);
        }
    }

    @Override
    public boolean test(InetAddress address) {
        return known.contains(address);
    }
}
