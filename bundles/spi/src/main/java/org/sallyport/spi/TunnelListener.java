// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import org.sallyport.api.pki.KeyMaterial;

/** An open tunnel port. */
public interface TunnelListener {
    /** {@return the address that it is bound to, with its real port} */
    InetSocketAddress address();

    /**
     * Shows another certificate in handshakes from now on; tunnels that are up are not touched.
     *
     * @param identity the server's key and chain
     */
    void identity(KeyMaterial identity);

    /** Closes the port; tunnels that are up are not touched. Completes when the port is free. */
    Future<Void> close();
}
