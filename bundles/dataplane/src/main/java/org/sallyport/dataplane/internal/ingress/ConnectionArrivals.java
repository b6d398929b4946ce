// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.SocketEnd;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes connections of the sockets that a destination's port accepts. On the loop that accepts. */
final class ConnectionArrivals implements Acceptor.Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionArrivals.class);

    /** Connections beyond the limit that are answered at once; what is more is reset. */
    private static final int MOST_SURPLUS = 256;

    private final IngressDestination owner;

    /**
     * @param owner whose port it is
     */
    ConnectionArrivals(IngressDestination owner) {
        this.owner = owner;
    }

    @Override
    public long enter(InetAddress source) {
        return owner.rates().enter(source, owner.isBehind());
    }

    @Override
    public String bound(InetAddress source) {
        return owner.rates().bound(source);
    }

    @Override
    public void accept(DuplexChannel socket, EventLoop acceptLoop) {
        if (!(socket.remoteAddress() instanceof InetSocketAddress source)) {
            // it is gone already
            reset(socket);
            return;
        }
        Plugin<Protocol> protocol = owner.admit(source);
        if (protocol == null) {
            reset(socket);
            return;
        }
        OpenReply tooMany = owner.takePlace(source);
        if (tooMany != null && (!answers(protocol) || !owner.surplus().begin(MOST_SURPLUS))) {
            protocol.leave();
            reset(socket);
            return;
        }
        AttachedTunnel first = firstChoice(source);
        EventLoop loop = first == null ? acceptLoop : first.tunnel().eventLoop();
        IngressConnection connection;
        try {
            connection = new IngressConnection(owner, owner.destination(), protocol, socket, first, loop, tooMany);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("{}: protocol {} failed on a new connection", socket, protocol.name(), e);
            protocol.leave();
            (tooMany == null ? owner.traffic() : owner.surplus()).ended();
            owner.refused(
                    owner.surroundings().nextFlow(),
                    source,
                    new OpenReply(OpenCode.INTERNAL, "protocol " + protocol.name() + " failed"));
            reset(socket);
            return;
        }
        connection.register();
    }

    private @Nullable AttachedTunnel firstChoice(InetSocketAddress source) {
        try {
            return owner.choice().choose(source.getAddress(), Set.of());
        } catch (TunnelChoice.PolicyFailure failure) {
            // the connection will ask again, and knows how to refuse
            return null;
        }
    }

    /** Resets a socket that was not registered. */
    private static void reset(DuplexChannel socket) {
        SocketEnd.linger0(socket);
        socket.unsafe().closeForcibly();
    }

    /** {@return whether a protocol has a word of its own for a connection that is not carried} */
    private static boolean answers(Plugin<Protocol> protocol) {
        try {
            return protocol.service().opensLate();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("protocol {} failed on a new connection", protocol.name(), e);
            return false;
        }
    }
}
