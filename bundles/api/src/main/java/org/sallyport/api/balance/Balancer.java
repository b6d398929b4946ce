// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.balance;

import java.net.InetAddress;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Chooses for one destination. Called from several threads at once. */
@ConsumerType
public interface Balancer {
    /**
     * Chooses a client for a new connection.
     *
     * @param usable the clients that may be chosen, in the order of their IDs, never empty
     * @param source where the connection comes from
     * @return an index into {@code usable}
     */
    int choose(List<Candidate> usable, InetAddress source);
}
