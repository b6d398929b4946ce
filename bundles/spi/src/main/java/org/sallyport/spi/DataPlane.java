// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.GatewayId;

/**
 * Listens, dials and relays. It knows no role: it is told which destinations have their ingress here, which their egress,
 * and which tunnels carry their streams.
 */
@ProviderType
public interface DataPlane {
    /**
     * A plane for one gateway; a server has one for each gateway, a client one for each gateway that it is attached to. A
     * container that has both roles has two of a gateway to which it is attached itself: they share nothing but the ports.
     *
     * @param gateway which
     * @param name the gateway's name, for messages
     * @return a new plane with nothing on it
     */
    GatewayPlane plane(GatewayId gateway, String name);
}
