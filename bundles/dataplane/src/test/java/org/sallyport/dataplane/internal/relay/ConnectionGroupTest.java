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
import org.sallyport.dataplane.internal.TestSurroundings;

/** Everybody leaves by the deadline, whenever the others went. */
@Timeout(60)
class ConnectionGroupTest {
    private final TestSurroundings process = new TestSurroundings();
    private final EventLoop loop = process.loops().all().get(1);
    private final ConnectionGroup group = new ConnectionGroup();

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void aConnectionThatEndsWhileTheOthersAreCollectedDoesNotEndTheirDrain() throws Exception {
        new FakeConnection(process, loop, group).join();
        new FakeConnection(process, loop, group).join();
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
        assertThat(((FakeConnection) seen.get(1)).ended.get(20, TimeUnit.SECONDS))
                .isEqualTo("the deadline");
        drained.get(20, TimeUnit.SECONDS);
        assertThat(group.isEmpty()).isTrue();
    }

    @Test
    void aGroupWhoseLastOneEndsWhileItIsCollectedIsDrained() throws Exception {
        new FakeConnection(process, loop, group).join();
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
}
