// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.Protocol;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.PoorLoops;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** What is left when the system or a plug-in fails at a bad moment: nothing. */
@Timeout(120)
class PlaneFaultsTest {
    private final AtomicReference<PoorLoops> loops = new AtomicReference<>();
    private final TestSurroundings process = new TestSurroundings(rich -> {
        loops.set(new PoorLoops(rich));
        return loops.get();
    });
    private final NettyDataPlane plane = new NettyDataPlane(process.get());
    private final GatewayPlane gateway = plane.plane(TestPlane.FIRST, "first");

    @AfterEach
    void close() {
        plane.stop();
        process.close();
    }

    @Test
    void aListenerThatGetsNoSocketFailsAndTriesAgain() {
        attach(0);
        int port = TestPlane.freePort();
        loops.get().missing(1);
        State state = TestPlane.apply(gateway, TestPlane.FIRST, port, 1, Duration.ZERO);
        assertThat(state).isInstanceOf(State.Failed.class);
        assertThat(state.cause())
                .startsWith("cannot listen on 127.0.0.1:" + port + ": too many open files; it is tried");
        Await.until("it listens", () -> TestPlane.state(gateway, TestPlane.FIRST) instanceof State.Listening);
    }

    @Test
    void aGatewayThatGetsNoSocketCanBeClosed() {
        attach(0);
        loops.get().missing(Integer.MAX_VALUE);
        TestPlane.apply(gateway, TestPlane.FIRST, TestPlane.freePort(), 1, Duration.ZERO);
        TestPlane.await(gateway.close(Duration.ZERO));
    }

    @Test
    void aPolicyThatFailsCostsTheConnectionAndNothingElse() throws Exception {
        policy((usable, source) -> {
            throw new IllegalStateException("a policy with a mistake");
        });
        assertNothingIsLeftOfAConnection();
    }

    @Test
    void aPolicyThatChoosesNobodyCostsTheConnectionAndNothingElse() throws Exception {
        policy((usable, source) -> usable.size());
        assertNothingIsLeftOfAConnection();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ingress", "opensLate"})
    void aProtocolThatFailsCostsTheConnectionAndNothingElse(String at) throws Exception {
        Protocol failing = new FailingProtocol(at);
        process.get().protocols().add("plain", failing, 1, 1);
        attach(0);
        int port = TestPlane.freePort();
        TestPlane.apply(gateway, TestPlane.FIRST, port, 1, Duration.ZERO);
        assertThat(Conversation.isReset(new HostPort("127.0.0.1", port))).isTrue();
        Await.until("it is not counted any more", () -> open() == 0);
        CompletableFuture.runAsync(() -> process.get().protocols().remove(failing))
                .get(10, TimeUnit.SECONDS);
    }

    private void policy(org.sallyport.api.balance.Balancer balancer) {
        BalancerPolicy policy = () -> balancer;
        process.get().policies().add("in-turn", policy, 1, 1);
    }

    private void assertNothingIsLeftOfAConnection() throws Exception {
        attach(0);
        attach(1);
        int port = TestPlane.freePort();
        TestPlane.apply(gateway, TestPlane.FIRST, port, 1, Duration.ZERO);
        assertThat(Conversation.isReset(new HostPort("127.0.0.1", port))).isTrue();
        Await.until("it is not counted any more", () -> open() == 0);
        assertThat(process.refusals()).hasSize(1);
        removeProtocol().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aConnectionThatIsOnItsWayToItsLoopWhenItsProtocolGoesDoesNotStay() throws Exception {
        EventLoop control = process.loops().all().get(0);
        EventLoop busy = process.loops().all().get(1);
        MemoryTunnel first = attach(0);
        int port = TestPlane.freePort();
        TestPlane.apply(gateway, TestPlane.FIRST, port, 1, Duration.ZERO);
        MemoryTunnel second = attach(1);
        second.dropOpens();
        first.usable(false);
        // both are known before anybody connects
        control.submit(() -> {}).get(20, TimeUnit.SECONDS);
        CountDownLatch free = new CountDownLatch(1);
        try {
            busy.execute(() -> await(free));
            try (Conversation application = Conversation.connect(new HostPort("127.0.0.1", port))) {
                Await.until("it was accepted", () -> open() == 1);
                CompletableFuture<Void> removed = removeProtocol();
                control.submit(() -> {}).get(20, TimeUnit.SECONDS);
                free.countDown();
                assertThat(application.isResetNext()).isTrue();
                assertThat(second.opens()).isZero();
                removed.get(10, TimeUnit.SECONDS);
            }
        } finally {
            free.countDown();
        }
    }

    /** Takes the protocol away, and returns when all have been told to leave; completes when they have. */
    private CompletableFuture<Void> removeProtocol() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        process.get().protocols().watch(new PluginRegistry.Watcher<Protocol>() {
            @Override
            public void added(String name) {
                // none is
            }

            @Override
            public void retired(Plugin<Protocol> plugin) {
                told.countDown();
            }
        });
        CompletableFuture<Void> removed =
                CompletableFuture.runAsync(() -> process.get().protocols().remove(process.plain));
        assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        return removed;
    }

    private long open() {
        GatewayPlane.Status status = gateway.status(TestPlane.destination(TestPlane.FIRST));
        return status == null ? -1 : status.open();
    }

    private MemoryTunnel attach(int loop) {
        EventLoop chosen = process.loops().all().get(loop);
        MemoryTunnel tunnel = MemoryTunnel.connect(chosen, chosen).one();
        gateway.add(new ClientId(TestPlane.FIRST.stem() + "_00" + loop), tunnel);
        return tunnel;
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody freed the loop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
