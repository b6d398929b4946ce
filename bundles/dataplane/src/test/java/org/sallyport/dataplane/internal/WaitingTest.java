// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.event.Event;
import org.sallyport.dataplane.internal.limits.ProcessLimits;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.OpenCode;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** Who waits for a client leaves room for others to wait. */
@Timeout(60)
class WaitingTest {
    private static final LimitSettings FEW = LimitSettings.of(Map.of("waiting.process", "4"), new Properties());

    private final ProcessLimits limits = ProcessLimits.of(() -> FEW);
    private final TestSurroundings process = new TestSurroundings(loops -> loops, limits);
    private final NettyDataPlane plane = new NettyDataPlane(process.get());

    private final List<Conversation> applications = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (Conversation application : applications) {
            application.close();
        }
        plane.stop();
        process.close();
    }

    @Test
    void oneDestinationWhoseClientsAreBusyLeavesRoomForAnother() throws Exception {
        HostPort first = listen(TestPlane.FIRST, "first");
        HostPort second = listen(TestPlane.SECOND, "second");
        applications.add(Conversation.connect(first));
        applications.add(Conversation.connect(first));
        waiting(2);
        assertThat(Conversation.isReset(first)).isTrue();
        applications.add(Conversation.connect(second));
        waiting(3);
        assertThat(process.refusals()).extracting(Event.FlowRefused::code).containsExactly(OpenCode.TOO_MANY.name());
    }

    private void waiting(int count) {
        Await.until(count + " wait", () -> limits.waiting().taken() == count);
    }

    private HostPort listen(GatewayId id, String name) {
        GatewayPlane gateway = plane.plane(id, name);
        EventLoop loop = process.loops().all().get(0);
        MemoryTunnel tunnel = MemoryTunnel.connect(loop, loop).one();
        tunnel.usable(false);
        gateway.add(new ClientId(id.stem() + "_000"), tunnel);
        int port = TestPlane.freePort();
        TestPlane.apply(gateway, id, port, 1, Duration.ZERO);
        return new HostPort("127.0.0.1", port);
    }
}
