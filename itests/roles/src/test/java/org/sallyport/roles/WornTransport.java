// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.dataplane.internal.io.NettyEventLoops;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.transport.tls.internal.TlsTunnelTransport;
import org.sallyport.transport.tls.internal.Wear;

/** The product's transport, whose tunnels wear out soon, with the event loops that it stands on. */
final class WornTransport implements TunnelTransport, AutoCloseable {
    private final NettyEventLoops loops = new NettyEventLoops(new Properties());
    private final TlsTunnelTransport transport;

    WornTransport(Wear wear) {
        transport = new TlsTunnelTransport(loops, () -> LimitSettings.DEFAULTS, wear);
    }

    /** {@return what a node uses in place of its own} */
    static Map<Class<?>, Object> services(Wear wear) {
        WornTransport worn = new WornTransport(wear);
        return Map.of(EventLoops.class, worn.loops, TunnelTransport.class, worn);
    }

    @Override
    public Future<Tunnel> connect(TunnelTarget target) {
        return transport.connect(target);
    }

    @Override
    public Future<TunnelListener> listen(InetSocketAddress address, KeyMaterial identity, Consumer<Tunnel> arrivals) {
        return transport.listen(address, identity, arrivals);
    }

    @Override
    public String description() {
        return transport.description();
    }

    @Override
    public void close() {
        transport.stop();
        loops.stop();
    }
}
