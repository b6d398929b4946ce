// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.tls.internal;

import org.sallyport.contract.protocol.MutualTlsContract;
import org.sallyport.spi.Protocol;

class MutualTlsApplicationTest extends MutualTlsContract {
    @Override
    protected Protocol protocol() {
        return new MutualTlsProtocol();
    }

    @Override
    protected String name() {
        return "tls-mutual";
    }
}
