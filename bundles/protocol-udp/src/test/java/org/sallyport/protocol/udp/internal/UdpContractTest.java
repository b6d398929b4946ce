// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.udp.internal;

import org.sallyport.contract.protocol.DatagramContract;
import org.sallyport.spi.Protocol;

class UdpContractTest extends DatagramContract {
    @Override
    protected Protocol protocol() {
        return new UdpProtocol();
    }

    @Override
    protected String name() {
        return "udp";
    }
}
