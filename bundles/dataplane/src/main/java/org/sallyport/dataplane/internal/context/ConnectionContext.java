// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.context;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.util.Map;
import org.sallyport.api.Destination;
import org.sallyport.dataplane.internal.relay.Connection;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StreamContext;

/** What a protocol's stage is told; made only for protocols that have a stage. On the connection's loop. */
public final class ConnectionContext implements StreamContext {
    private final Connection connection;
    private final InetSocketAddress source;
    private final InetSocketAddress local;
    private final Map<String, String> facts;
    private final ContextSide side;
    private final EventLoop loop;
    private Promise<OpenReply> opened;
    private final Promise<Void> draining;

    /**
     * @param connection that it speaks of
     * @param loop of the connection
     * @param source where the application connected from
     * @param local what it connected to
     * @param facts what is known of its protocol
     * @param side answers for the end that this is
     */
    public ConnectionContext(
            Connection connection,
            EventLoop loop,
            InetSocketAddress source,
            InetSocketAddress local,
            Map<String, String> facts,
            ContextSide side) {
        this.connection = connection;
        this.source = source;
        this.local = local;
        this.facts = Map.copyOf(facts);
        this.side = side;
        this.loop = loop;
        opened = loop.newPromise();
        draining = loop.newPromise();
    }

    @Override
    public Destination destination() {
        return connection.destination();
    }

    @Override
    public InetSocketAddress source() {
        return source;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public boolean trustedPeer() {
        return side.trustedPeer();
    }

    @Override
    public Map<String, String> facts() {
        return facts;
    }

    @Override
    public void open() {
        side.open();
    }

    @Override
    public Future<OpenReply> opened() {
        return opened;
    }

    @Override
    public void renew() {
        opened = loop.newPromise();
        side.renew();
    }

    @Override
    public boolean stale() {
        return side.stale();
    }

    @Override
    public boolean pathRules() {
        return side.pathRules();
    }

    @Override
    public boolean pathAllowed(String path) {
        return side.pathAllowed(path);
    }

    @Override
    public Future<Void> draining() {
        return draining;
    }

    @Override
    public void reset(String reason) {
        connection.abort(reason);
    }

    /** Tells the stage what was answered; the first answer of each open counts. */
    public void answered(OpenReply reply) {
        opened.trySuccess(reply);
    }

    /** Tells the stage that the connection should end soon. Safe for every thread. */
    @SuppressWarnings("NullAway") // a promise of nothing is kept with null
    public void drain() {
        draining.trySuccess(null);
    }
}
