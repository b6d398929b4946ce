// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;
import org.sallyport.api.pki.KeyMaterial;

/** Makes tunnels; registered as a service. */
@ConsumerType
public interface TunnelTransport {
    /**
     * Connects a client to a server.
     *
     * @param target where and who
     * @return the tunnel, its control stream open, nothing said on it yet; fails with an {@link java.io.IOException} whose
     *     message is fit for an operator: unreachable, not a Sallyport server, another server's certificate
     */
    Future<Tunnel> connect(TunnelTarget target);

    /**
     * Opens a tunnel port.
     *
     * @param address where; port 0: any free one
     * @param identity what it shows
     * @param arrivals gets each tunnel once its handshake is done and its control stream was opened, on the tunnel's event
     *     loop; a role has 10 s and 64 KiB to {@link Tunnel#admit} it
     * @return the open port; fails with an {@link java.io.IOException} when it cannot be bound
     */
    Future<TunnelListener> listen(InetSocketAddress address, KeyMaterial identity, Consumer<Tunnel> arrivals);

    /** {@return socket and TLS implementation in use, for people, for example {@code epoll, BoringSSL}} */
    String description();
}
