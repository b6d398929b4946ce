// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.sallyport.contract.protocol.BandwidthContract;
import org.sallyport.spi.Protocol;

class TcpBandwidthTest extends BandwidthContract {
    @Override
    protected Protocol protocol() {
        return new TcpProtocol();
    }

    @Override
    protected String name() {
        return "tcp";
    }
}
