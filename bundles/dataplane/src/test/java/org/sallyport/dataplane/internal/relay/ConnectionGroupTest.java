// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.spi.Protocol;

/** Everybody leaves by the deadline, whenever the others went. */
@Timeout(60)
class ConnectionGroupTest {
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

    private final TestSurroundings process = new TestSurroundings();
    private final EventLoop loop = process.loops().all().get(1);
    private final ConnectionGroup group = new ConnectionGroup();
    private final Plugin<Protocol> protocol = protocol();
    private final CompletableFuture<String> aborted = new CompletableFuture<>();

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void aConnectionThatEndsWhileTheOthersAreCollectedDoesNotEndTheirDrain() throws Exception {
        new Fake(protocol, group).begin();
        new Fake(protocol, group).begin();
        List<Connection> seen = new ArrayList<>();
        CompletableFuture<Void> drained = group.drain(
                        each -> {
                            seen.forEach(group::remove);
                            seen.add(each);
                            return true;
                        },
                        Duration.ofMillis(20),
                        "the deadline",
                        loop)
                .toCompletableFuture();
        assertThat(seen).hasSize(2);
        assertThat(aborted.get(20, TimeUnit.SECONDS)).isEqualTo("the deadline");
        drained.get(20, TimeUnit.SECONDS);
        assertThat(group.isEmpty()).isTrue();
    }

    @Test
    void aGroupWhoseLastOneEndsWhileItIsCollectedIsDrained() throws Exception {
        new Fake(protocol, group).begin();
        group.drain(
                        each -> {
                            group.remove(each);
                            return true;
                        },
                        Duration.ofSeconds(60),
                        "the deadline",
                        loop)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private Plugin<Protocol> protocol() {
        Plugin<Protocol> found = process.get().protocols().best("plain");
        if (found == null) {
            throw new AssertionError("it was installed");
        }
        return found;
    }

    /** A connection without sockets. */
    private final class Fake extends Connection {
        Fake(Plugin<Protocol> protocol, ConnectionGroup group) {
            super(DESTINATION, entered(protocol), group, begun(), true);
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
        protected void abortNow() {
            finish();
        }

        @Override
        public void drain() {
            // takes its time
        }

        @Override
        protected void closed(String why) {
            aborted.complete(why);
        }
    }

    private static Plugin<Protocol> entered(Plugin<Protocol> protocol) {
        assertThat(protocol.enter()).isTrue();
        return protocol;
    }

    private static Traffic begun() {
        Traffic traffic = new Traffic();
        traffic.begin(0);
        return traffic;
    }
}
