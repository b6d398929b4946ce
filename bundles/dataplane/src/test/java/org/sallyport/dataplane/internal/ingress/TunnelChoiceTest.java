// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.ClientId;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** Whoever is refused because of the balancer policy is told so, not that no client is there. */
@Timeout(60)
class TunnelChoiceTest {
    private static final InetAddress SOURCE = InetAddress.getLoopbackAddress();

    private final TestSurroundings process = new TestSurroundings();
    private final PluginRegistry<BalancerPolicy> policies =
            new PluginRegistry<>("balancer policy", Duration.ofSeconds(5));
    private final AttachedTunnels tunnels = new AttachedTunnels();
    private final TunnelChoice choice = new TunnelChoice(tunnels, policies, System::nanoTime);

    @AfterEach
    void close() {
        process.close();
    }

    @Test
    void aPolicyThatWasJustRetiredIsNamedAsMissing() {
        BalancerPolicy policy = () -> (usable, source) -> 0;
        policies.add("in-turn", policy, 0, 0);
        attach(0);
        attach(1);
        assertThat(choice.bind("in-turn")).isTrue();
        assertThat(choice.choose(SOURCE, Set.of())).isNotNull();

        policies.remove(policy);

        assertPolicyIsMissing();
    }

    @Test
    void aPolicyThatNeverWasThereIsNamedAsMissing() {
        attach(0);
        attach(1);
        assertThat(choice.bind("in-turn")).isFalse();

        assertPolicyIsMissing();
    }

    @Test
    void oneClientNeedsNoPolicy() {
        attach(0);
        assertThat(choice.bind("in-turn")).isFalse();

        assertThat(choice.choose(SOURCE, Set.of())).isNotNull();
    }

    private void assertPolicyIsMissing() {
        assertThatThrownBy(() -> choice.choose(SOURCE, Set.of()))
                .isInstanceOf(TunnelChoice.PolicyFailure.class)
                .hasMessage("balancer policy in-turn is not installed");
    }

    private void attach(int number) {
        EventLoop loop = process.loops().all().get(0);
        MemoryTunnel tunnel = MemoryTunnel.connect(loop, loop).one();
        tunnels.add(new AttachedTunnel(new ClientId("qsn47KM8iTa_00" + number), tunnel, number));
    }
}
