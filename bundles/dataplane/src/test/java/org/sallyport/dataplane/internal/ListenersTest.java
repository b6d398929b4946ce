// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** Who gets a port, when it is open, and what is left when all is over. */
@Timeout(60)
class ListenersTest {
    private final TestPlane process = new TestPlane();
    private final GatewayPlane first = process.plane().plane(TestPlane.FIRST, "first");

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void aPortBelongsToTheGatewayThatHasItUntilThatGivesItBack() {
        int port = TestPlane.freePort();
        HostPort where = new HostPort("127.0.0.1", port);
        GatewayPlane second = process.plane().plane(TestPlane.SECOND, "second");
        process.attach(first, TestPlane.FIRST);
        process.attach(second, TestPlane.SECOND);
        assertThat(TestPlane.apply(first, TestPlane.FIRST, port, 1, Duration.ZERO))
                .isEqualTo(new State.Listening(where, ""));
        assertThat(TestPlane.apply(second, TestPlane.SECOND, port, 1, Duration.ZERO))
                .isEqualTo(new State.Failed("port " + port + " is in use by gateway first on this client"));
        assertThat(process.plane().check().text()).startsWith("1 listening, 1 failed");
        TestPlane.applyNothing(first, 2);
        Await.until("the other gateway has the port", () -> TestPlane.state(second, TestPlane.SECOND)
                .equals(new State.Listening(where, "")));
    }

    @Test
    @SuppressWarnings("try") // that it is closed early is the point
    void aPortThatAnotherProgramHasIsTakenWhenItIsFreed() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();
            process.attach(first, TestPlane.FIRST);
            State state = TestPlane.apply(first, TestPlane.FIRST, port, 1, Duration.ZERO);
            assertThat(state).isInstanceOf(State.Failed.class);
            assertThat(state.cause())
                    .startsWith("port " + port + " on 127.0.0.1 is taken by another program: free it, or choose");
            other.close();
            Await.until("the port is taken", () -> TestPlane.state(first, TestPlane.FIRST) instanceof State.Listening);
        }
    }

    @Test
    void aPortStaysOpenForTheGraceAndNoLonger() throws IOException {
        int port = TestPlane.freePort();
        MemoryTunnel only = process.attach(first, TestPlane.FIRST);
        TestPlane.apply(first, TestPlane.FIRST, port, 1, Duration.ofSeconds(2));
        only.close("lost");
        Await.until("the tunnel is gone", only::isOver);
        Conversation.connect(new HostPort("127.0.0.1", port)).close();
        Await.until("the grace is over", () -> TestPlane.state(first, TestPlane.FIRST)
                .equals(new State.Waiting("no client is attached")));
        Await.until("the port is closed", () -> isRefused(port));
    }

    @Test
    void connectionsAreSpreadOverAllClients() throws IOException {
        List<MemoryTunnel> tunnels = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MemoryTunnel tunnel = process.attach(first, TestPlane.FIRST);
            tunnel.dropOpens();
            tunnels.add(tunnel);
        }
        int port = TestPlane.freePort();
        TestPlane.apply(first, TestPlane.FIRST, port, 1, Duration.ZERO);
        List<Conversation> applications = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            applications.add(Conversation.connect(new HostPort("127.0.0.1", port)));
        }
        for (MemoryTunnel tunnel : tunnels) {
            Await.until("each client got its share", () -> tunnel.opens() == 3);
        }
        for (Conversation application : applications) {
            application.close();
        }
    }

    @Test
    void nothingIsLeftAfterTheEnd() throws IOException {
        int port = TestPlane.freePort();
        MemoryTunnel tunnel = process.attach(first, TestPlane.FIRST);
        tunnel.dropOpens();
        TestPlane.apply(first, TestPlane.FIRST, port, 1, Duration.ofSeconds(20));
        try (Conversation application = Conversation.connect(new HostPort("127.0.0.1", port))) {
            Await.until("the client was asked", () -> tunnel.opens() == 1);
            process.plane().stop();
            assertThat(application.isResetNext()).isTrue();
        }
        Await.until("the stream is gone", () -> tunnel.openStreams() == 0);
        assertThatThrownBy(() -> Conversation.connect(new HostPort("127.0.0.1", port)))
                .isInstanceOf(ConnectException.class);
        process.loops().stop();
        assertThat(process.loops().all()).allMatch(EventLoop::isTerminated);
    }

    private static boolean isRefused(int port) {
        try {
            Conversation.connect(new HostPort("127.0.0.1", port)).close();
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException reset) {
            return false;
        }
    }
}
