// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.ResetMode;

/** A connection that belongs to nobody. */
final class FakeConnection extends RelayedConnection {
    private static final GatewayId GATEWAY = new GatewayId("0123456789A_test");
    private static final Destination DESTINATION = new Destination(
            new DestinationId(GATEWAY.stem() + "_00000"),
            GATEWAY,
            "one",
            Direction.CLOUD,
            "plain",
            new HostPort("127.0.0.1", 1),
            1024,
            true,
            DestinationOptions.DEFAULTS);

    /** Why it was closed. */
    final CompletableFuture<String> ended = new CompletableFuture<>();

    /** Whether its stream was reset before anything had left on it. */
    volatile boolean unheard;

    private final EventLoop loop;
    private volatile @Nullable StreamEnd stream;

    FakeConnection(TestSurroundings process, EventLoop loop, ConnectionGroup group) {
        super(DESTINATION, entered(process), group, begun(), true);
        this.loop = loop;
    }

    private static Plugin<Protocol> entered(TestSurroundings process) {
        Plugin<Protocol> found = process.get().protocols().best("plain");
        if (found == null || !found.enter()) {
            throw new AssertionError("it was installed");
        }
        return found;
    }

    private static Traffic begun() {
        Traffic traffic = new Traffic();
        traffic.begin(0);
        return traffic;
    }

    /** Joins its group. */
    FakeConnection join() {
        begin();
        return this;
    }

    /** From now on it ends with its channels, and an abort resets this stream. */
    void carriedBy(StreamEnd end) {
        stream = end;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    protected void socketBroken(String why) {
        finish();
    }

    @Override
    protected void streamBroken(StreamEnd stream, Throwable cause) {
        finish();
    }

    @Override
    protected void unheard() {
        unheard = true;
    }

    @Override
    protected void resetBoth() {
        StreamEnd carrier = stream;
        if (carrier == null) {
            finish();
        } else {
            carrier.reset(ResetMode.ABORT);
        }
    }

    @Override
    public void drain() {
        // takes its time
    }

    @Override
    protected void closed(String why) {
        ended.complete(why);
    }
}
