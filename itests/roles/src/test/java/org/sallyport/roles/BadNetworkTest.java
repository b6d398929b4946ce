// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.testkit.fault.FaultProxy;
import org.sallyport.testkit.resource.Resource;

/** Networks that chop, delay and mix what they carry change nothing of it, and one tunnel's is none of another's. */
@Timeout(120)
final class BadNetworkTest {
    private static final long SHORT = 20_000;
    private static final long MEDIUM = 1 << 20;

    @RegisterExtension
    private final Site site = new Site();

    @Test
    void aTunnelWhoseBytesArriveOneByOneCarriesBothWays() throws Exception {
        Resource echo = site.ending(Resource.echo());
        FaultProxy network = site.network();
        network.bothWays(lane -> lane.chop(1));
        HostPort outward = outward(echo);
        HostPort inward = attached(network, 1, echo);

        Echoed in = Echoed.begin(inward, SHORT);
        Echoed out = Echoed.begin(outward, SHORT);

        in.isRight();
        out.isRight();
        assertThat(network.toServer().carried()).isGreaterThan(2 * SHORT);
        assertThat(network.toClient().carried()).isGreaterThan(2 * SHORT);
    }

    @Test
    void severalTunnelsWhoseBytesOvertakeEachOtherCarryAllAsItWasSent() throws Exception {
        Resource echo = site.ending(Resource.echo());
        FaultProxy network = site.network();
        network.bothWays(lane -> lane.jitter(Duration.ofMillis(20)).chop(5_000));
        HostPort outward = outward(echo);
        HostPort inward = attached(network, 3, echo);

        List<Echoed> transfers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            transfers.add(Echoed.begin(inward, MEDIUM));
            transfers.add(Echoed.begin(outward, MEDIUM));
        }

        for (Echoed transfer : transfers) {
            transfer.isRight();
        }
        assertThat(network.connections()).hasSize(3).allSatisfy(link -> {
            assertThat(link.toServer().carried()).isGreaterThan(MEDIUM);
            assertThat(link.toClient().carried()).isGreaterThan(MEDIUM);
        });
    }

    @Test
    void aDelayedTunnelTakesItsTurnAndDelaysNoOther() throws Exception {
        Duration delay = Duration.ofMillis(300);
        FaultProxy slow = site.network();
        slow.bothWays(lane -> lane.delay(delay));
        ClientId late = site.client("slow").attach(site.token(), slow.address());
        ClientId early = site.client("fast").attach(site.token(), site.server().tunnel());
        site.server().heard(List.of(late, early));
        HostPort listen = site.listening(site.inward(site.resource()));
        int each = 4;

        List<CompletableFuture<String>> asked = Stream.generate(
                        () -> CompletableFuture.supplyAsync(() -> Named.ask(listen, "x")))
                .limit(2L * each)
                .toList();
        for (CompletableFuture<String> answer : asked) {
            assertThat(answer.get(Node.LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("office\nx");
        }

        assertThat(lasted(late, each))
                .allSatisfy(time -> assertThat(time).isGreaterThanOrEqualTo(delay.multipliedBy(2)));
        assertThat(lasted(early, each)).allSatisfy(time -> assertThat(time).isLessThan(delay.multipliedBy(2)));
        assertThat(site.server().count(Event.FlowEnded.class)).isEqualTo(2 * each);
    }

    /** How long the connections took that a client carried. */
    private List<Duration> lasted(ClientId client, int flows) {
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < flows; i++) {
            times.add(site.server()
                    .await(Event.FlowEnded.class, i, flow -> client.equals(flow.client()))
                    .lasted());
        }
        return times;
    }

    private HostPort outward(Resource resource) {
        return ServerNode.local(site.server()
                .cloud(site.gateway(), "outward", resource.address(), Ports.free())
                .listen());
    }

    /** Attaches a client through a network and waits for the listener of a destination. */
    private HostPort attached(FaultProxy network, int tunnels, Resource resource) {
        ClientNode client = site.client("client");
        site.server().heard(client.attach(site.token(), tunnels, network.address()));
        return site.listening(site.inward(resource));
    }
}
