// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.sallyport.contract.protocol.TrialContract;
import org.sallyport.spi.Protocol;

class TcpTrialTest extends TrialContract {
    @Override
    protected Protocol protocol() {
        return new TcpProtocol();
    }

    @Override
    protected String name() {
        return "tcp";
    }
}
