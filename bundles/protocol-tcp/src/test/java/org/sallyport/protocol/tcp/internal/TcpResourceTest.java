// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.sallyport.contract.protocol.ResourceTlsContract;
import org.sallyport.spi.Protocol;

class TcpResourceTest extends ResourceTlsContract {
    @Override
    protected Protocol protocol() {
        return new TcpProtocol();
    }

    @Override
    protected String name() {
        return "tcp";
    }
}
