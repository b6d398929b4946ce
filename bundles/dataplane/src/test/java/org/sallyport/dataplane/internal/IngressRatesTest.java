// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.dataplane.internal.limits.ProcessLimits;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** Connections that come too fast wait, and none is lost. */
@Timeout(60)
class IngressRatesTest {
    private static final int RATE = 100;

    /** More than a listener holds, so that some wait in the kernel. */
    private static final int CONNECTIONS = 3 * RATE;

    private volatile LimitSettings settings = settings("ingress.source", "" + RATE);
    private final TestSurroundings process = new TestSurroundings(loops -> loops, ProcessLimits.of(() -> settings));
    private final NettyDataPlane plane = new NettyDataPlane(process.get());
    private final GatewayPlane gateway = plane.plane(TestPlane.FIRST, "first");
    private final List<Conversation> applications = new ArrayList<>();
    private MemoryTunnel tunnel;
    private HostPort listen;

    @BeforeEach
    void listen() {
        EventLoop loop = process.loops().all().get(0);
        tunnel = MemoryTunnel.connect(loop, loop).one();
        tunnel.dropOpens();
        gateway.add(new ClientId(TestPlane.FIRST.stem() + "_000"), tunnel);
        int port = TestPlane.freePort();
        TestPlane.apply(gateway, TestPlane.FIRST, port, 1, Duration.ZERO);
        listen = new HostPort("127.0.0.1", port);
    }

    @AfterEach
    void close() throws IOException {
        for (Conversation application : applications) {
            application.close();
        }
        plane.stop();
        process.close();
    }

    @Test
    void allThatComeAtOnceGetThereAtTheRateOfTheirSource() throws IOException {
        long begun = System.nanoTime();
        connect(CONNECTIONS);
        Await.until("all got there", () -> tunnel.opens() == CONNECTIONS);

        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(seconds).isGreaterThanOrEqualTo(CONNECTIONS / RATE - 2);
    }

    @Test
    void aLimitThatIsRaisedHoldsForThoseWhoWait() throws IOException {
        settings = settings("ingress.source", "1");
        connect(CONNECTIONS);
        Await.until("one got there", () -> tunnel.opens() >= 1);
        assertThat(tunnel.opens()).isLessThan(CONNECTIONS / 2);

        settings = settings("ingress.source", "0");

        Await.until("all got there", () -> tunnel.opens() == CONNECTIONS);
    }

    @Test
    void thoseThatAreHeldEndWithTheirDestination() throws IOException {
        settings = settings("ingress.source", "1");
        connect(5);
        Await.until("one got there", () -> tunnel.opens() == 1);

        TestPlane.applyNothing(gateway, 2);

        for (Conversation application : applications) {
            assertThat(application.isResetNext()).isTrue();
        }
    }

    @Test
    void whoResetsAtOnceIsSlowedDown() throws IOException {
        settings = settings("ingress.fruitless.source", "10");
        for (int i = 0; i < CONNECTIONS; i++) {
            Conversation application = Conversation.connect(listen);
            application.socket().setSoLinger(true, 0);
            application.close();
        }
        Await.until("the first are over", () -> tunnel.opens() > 0 && tunnel.openStreams() == 0);

        assertThat(tunnel.opens()).isLessThan(CONNECTIONS);
        Await.until("none is left out", () -> {
            settings = settings("ingress.fruitless.source", "100000");
            return tunnel.opens() == CONNECTIONS;
        });
    }

    private void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            applications.add(Conversation.connect(listen));
        }
    }

    private static LimitSettings settings(String key, String value) {
        return LimitSettings.of(Map.of(key, value), new Properties());
    }
}
