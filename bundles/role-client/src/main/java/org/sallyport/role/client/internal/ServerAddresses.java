// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.api.HostPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the addresses that a server announces; what is none is passed over. */
final class ServerAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(ServerAddresses.class);
    private static final int MAX_ADDRESSES = 16;

    private ServerAddresses() {}

    static List<HostPort> read(List<String> announced) {
        List<HostPort> read = new ArrayList<>();
        for (String address : announced.subList(0, Math.min(announced.size(), MAX_ADDRESSES))) {
            try {
                read.add(HostPort.parse(address));
            } catch (IllegalArgumentException e) {
                LOG.debug("the server announced an address that is none: {}", e.getMessage());
            }
        }
        return read;
    }
}
