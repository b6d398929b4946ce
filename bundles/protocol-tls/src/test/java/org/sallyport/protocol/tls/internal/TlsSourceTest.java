// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tls.internal;

import org.sallyport.contract.protocol.SourceContract;
import org.sallyport.spi.Protocol;

class TlsSourceTest extends SourceContract {
    @Override
    protected Protocol protocol() {
        return new TlsProtocol();
    }

    @Override
    protected String name() {
        return "tls";
    }
}
