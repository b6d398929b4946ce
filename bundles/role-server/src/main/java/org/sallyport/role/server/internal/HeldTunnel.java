// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.service.LimitView;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamAcceptor;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.Tunnel;

/**
 * A tunnel between the answer to its attach and the client's word that it applied its first configuration. The client may
 * open streams as soon as it has the answer, so they are taken and held; this server opens none before that word, because
 * a stream's SYN overtakes the answer, and a client that has not read the answer refuses it. When the data plane admits
 * its acceptor, what is held goes there.
 *
 * <p>State belongs to the tunnel's event loop.
 */
final class HeldTunnel implements Tunnel {
    private static final int MAX_HELD = 256;

    private final Tunnel tunnel;
    private final List<Held> held = new ArrayList<>();
    private @Nullable StreamAcceptor acceptor;

    private record Held(StreamChannel stream, OpenRequest request) {}

    private HeldTunnel(Tunnel tunnel) {
        this.tunnel = tunnel;
    }

    /** Admits a tunnel and holds what it opens. */
    static HeldTunnel admit(Tunnel tunnel) {
        HeldTunnel held = new HeldTunnel(tunnel);
        tunnel.admit(held::arrived);
        return held;
    }

    private void arrived(StreamChannel stream, OpenRequest request) {
        if (acceptor != null) {
            acceptor.accept(stream, request);
        } else if (held.size() < MAX_HELD) {
            held.add(new Held(stream, request));
        } else {
            stream.reply(new OpenReply(
                    OpenCode.TOO_MANY,
                    "more than " + MAX_HELD + " streams before the client applied its configuration"));
        }
    }

    @Override
    public void admit(StreamAcceptor next) {
        if (!tunnel.eventLoop().inEventLoop()) {
            tunnel.eventLoop().execute(() -> admit(next));
            return;
        }
        acceptor = next;
        for (Held one : held) {
            if (one.stream().isOpen()) {
                next.accept(one.stream(), one.request());
            }
        }
        held.clear();
    }

    @Override
    public EventLoop eventLoop() {
        return tunnel.eventLoop();
    }

    @Override
    public Peer peer() {
        return tunnel.peer();
    }

    @Override
    public Stats stats() {
        return tunnel.stats();
    }

    @Override
    public String transport() {
        return tunnel.transport();
    }

    @Override
    public List<LimitView> limits() {
        return tunnel.limits();
    }

    @Override
    public Set<String> features() {
        return tunnel.features();
    }

    @Override
    public void agree(Collection<String> theirs) {
        tunnel.agree(theirs);
    }

    @Override
    public List<String> agreed() {
        return tunnel.agreed();
    }

    @Override
    public StreamChannel control() {
        return tunnel.control();
    }

    @Override
    public StreamChannel open(OpenRequest request, ChannelHandler pipeline) {
        return tunnel.open(request, pipeline);
    }

    @Override
    public boolean usable() {
        return tunnel.usable();
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        return tunnel.drain(deadline);
    }

    @Override
    public void close(String reason) {
        tunnel.close(reason);
    }

    @Override
    public Future<String> worn() {
        return tunnel.worn();
    }

    @Override
    public Future<Long> ping() {
        return tunnel.ping();
    }

    @Override
    public Future<String> closed() {
        return tunnel.closed();
    }
}
