// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tls.internal;

import org.sallyport.contract.protocol.ResourceProxyContract;
import org.sallyport.spi.Protocol;

class TlsResourceProxyTest extends ResourceProxyContract {
    @Override
    protected Protocol protocol() {
        return new TlsProtocol();
    }

    @Override
    protected String name() {
        return "tls";
    }
}
