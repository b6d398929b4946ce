// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import java.util.Map;
import org.sallyport.api.DestinationId;
import org.sallyport.spi.AccessPolicy;

/**
 * All that an open is judged by.
 *
 * @param revision of the configuration
 * @param enabled whether the gateway is
 * @param closing whether this gateway is about to leave this process
 * @param destinations that are dialled from here
 * @param access says what may be dialled
 */
public record EgressConfig(
        long revision,
        boolean enabled,
        boolean closing,
        Map<DestinationId, EgressDestination> destinations,
        AccessPolicy access) {
    public EgressConfig {
        destinations = Map.copyOf(destinations);
    }
}
