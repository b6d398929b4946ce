// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tcp.internal;

import org.sallyport.contract.protocol.SourceContract;
import org.sallyport.spi.Protocol;

class TcpSourceTest extends SourceContract {
    @Override
    protected Protocol protocol() {
        return new TcpProtocol();
    }

    @Override
    protected String name() {
        return "tcp";
    }
}
