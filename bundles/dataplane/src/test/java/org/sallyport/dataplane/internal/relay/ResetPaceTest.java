// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationId;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** Thousands of connections that end at once do not look like an attack at the other end of their tunnel. */
@Timeout(60)
class ResetPaceTest {
    private static final int BEYOND = 100;

    private final TestSurroundings process = new TestSurroundings();
    private final EventLoop loop = process.loops().all().get(1);
    private final MemoryTunnel.Pair tunnel = MemoryTunnel.connect(loop, loop);
    private final ResetPace resets = new ResetPace(loop);
    private final List<FakeConnection> connections = new ArrayList<>();
    private final List<StreamEnd> ends = new ArrayList<>();

    @AfterEach
    void close() {
        tunnel.one().close("the end");
        Await.until("nothing is left", () -> tunnel.one().isOver());
        process.close();
    }

    @Test
    void streamsOnWhichNothingWasSentAreResetNoFasterThanAllowed() throws Exception {
        open(ResetPace.A_SECOND + BEYOND, false);
        long begun = System.nanoTime();

        resetAll();

        assertThat(resets.isBehind()).isTrue();
        assertThat(tunnel.one().openStreams()).isPositive();
        assertThat(connections).allMatch(each -> each.unheard);
        Await.until("all are reset", () -> tunnel.one().openStreams() == 0);
        assertThat(System.nanoTime() - begun).isGreaterThan(TimeUnit.SECONDS.toNanos(BEYOND) / ResetPace.A_SECOND);
        Await.until("nothing waits", () -> !resets.isBehind());
    }

    @Test
    void streamsThatSentSomethingAreResetAtOnce() throws Exception {
        open(ResetPace.A_SECOND + BEYOND, true);

        resetAll();

        assertThat(resets.isBehind()).isFalse();
        assertThat(connections).noneMatch(each -> each.unheard);
        Await.until("all are reset", () -> tunnel.one().openStreams() == 0);
    }

    @Test
    void whatWaitsEndsWithTheTunnel() throws Exception {
        open(ResetPace.A_SECOND + BEYOND, false);
        resetAll();

        tunnel.one().close("lost");

        Await.until("nothing is left", () -> tunnel.one().isOver() && !resets.isBehind());
    }

    private void open(int streams, boolean sending) throws Exception {
        tunnel.other().admit((stream, request) -> stream.reply(OpenReply.OK));
        InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        OpenRequest request = new OpenRequest(new DestinationId("0123456789A_00000"), 1, source, source, Map.of(), 5);
        for (int i = 0; i < streams; i++) {
            FakeConnection connection = new FakeConnection(process, loop, new ConnectionGroup());
            StreamEnd end = new StreamEnd(connection, loop, resets);
            StreamChannel stream = tunnel.one().open(request, end);
            assertThat(stream.opened().await(20, TimeUnit.SECONDS)).isTrue();
            connections.add(connection);
            ends.add(end);
            if (sending) {
                loop.submit(() -> {
                            end.deliver(stream.alloc().directBuffer(1).writeByte(1));
                            end.flush();
                        })
                        .get(20, TimeUnit.SECONDS);
            }
        }
    }

    /** All in one turn of the loop, and waits for its end. */
    private void resetAll() throws Exception {
        loop.submit(() -> ends.forEach(StreamEnd::peerBroken)).get(20, TimeUnit.SECONDS);
    }
}
