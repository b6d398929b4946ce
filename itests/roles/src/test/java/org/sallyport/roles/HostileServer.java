// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.wire.TunnelProtocol;

/** A tunnel port of somebody who took over a server's key. */
final class HostileServer implements AutoCloseable {
    private final SSLServerSocket port;

    HostileServer(KeyMaterial identity) throws IOException {
        port = (SSLServerSocket) RawPeer.context(identity)
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        port.setNeedClientAuth(true);
        port.setSoTimeout((int) Node.LIMIT.toMillis());
    }

    HostPort address() {
        return new HostPort("127.0.0.1", port.getLocalPort());
    }

    /** {@return the next client's tunnel, its control stream accepted} */
    RawPeer next() {
        return next(TunnelProtocol.ALPN);
    }

    /** {@return the same, which speaks some protocols or says nothing of any} */
    RawPeer next(String... protocols) {
        try {
            RawPeer peer = RawPeer.handshake((SSLSocket) port.accept(), protocols);
            peer.controlAccepted();
            return peer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
    }
}
