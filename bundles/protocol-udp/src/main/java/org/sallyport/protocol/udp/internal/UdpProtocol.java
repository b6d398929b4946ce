// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.udp.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.spi.Protocol;

/** Datagrams pass as they are: flows, their ends and what is dropped are the data plane's work. */
@Component(property = Protocol.NAME + "=udp")
public final class UdpProtocol implements Protocol {
    @Override
    public Carries carries() {
        return Carries.DATAGRAMS;
    }
}
