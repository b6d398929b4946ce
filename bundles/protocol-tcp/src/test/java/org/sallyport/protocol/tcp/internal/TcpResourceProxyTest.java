// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.sallyport.contract.protocol.ResourceProxyContract;
import org.sallyport.spi.Protocol;

class TcpResourceProxyTest extends ResourceProxyContract {
    @Override
    protected Protocol protocol() {
        return new TcpProtocol();
    }

    @Override
    protected String name() {
        return "tcp";
    }
}
