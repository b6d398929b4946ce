// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.role.client.internal.RoleWorld.GATEWAY;
import static org.sallyport.role.client.internal.RoleWorld.client;
import static org.sallyport.role.client.internal.RoleWorld.config;
import static org.sallyport.role.client.internal.RoleWorld.launch;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.TunnelView;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.RefusalCode;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Renew;
import org.sallyport.wire.control.Terminate;

/** A server asks for a new tunnel beside the one that is up. */
final class RenewalTest {
    private final RoleWorld world = new RoleWorld();

    @Test
    void aRenewedTunnelContinuesTheClientAndTheOldOneLetsItsStreamsFinish() {
        attach();

        renew();
        assertThat(world.tunnel(1).last(Attach.class).continuesClient()).isEqualTo(client(1));
        assertThat(world.tunnel(1).last(Attach.class).replaces()).isNull();
        world.accepts(world.tunnel(1), client(1), config(7));

        assertThat(world.tunnel(0).drainedFor).isGreaterThanOrEqualTo(Duration.ofHours(1));
        assertThat(world.events(Event.Attached.class)).hasSize(1);
        world.cuts(world.tunnel(0), "drained");
        assertThat(world.events(Event.Detached.class)).isEmpty();
        assertThat(world.role.attachmentHealth().healthy()).isTrue();
        world.says(world.tunnel(1), config(9));
        assertThat(world.tunnel(1).last(Applied.class).revision()).isEqualTo(9);
    }

    @Test
    void aClientThatStopsEndsItsFormerTunnelsInTime() {
        attach();
        world.tunnel(0).openStreams = 1;
        renew();
        world.accepts(world.tunnel(1), client(1), config(7));

        CompletableFuture<Void> stopped = world.role.stop().toCompletableFuture();
        world.serial.run();

        assertThat(world.tunnel(0).drainedFor).isEqualTo(Duration.ofSeconds(5));
        assertThat(stopped).isNotDone();
        world.cuts(world.tunnel(0), "drained");
        assertThat(stopped).isDone();
    }

    @Test
    void aServerThatAsksAgainAndAgainDoesNotPileTunnelsUp() {
        attach();
        for (int i = 1; i < 40; i++) {
            renew();
            world.serial.advance(Duration.ofSeconds(1));
            world.accepts(world.tunnel(i), client(1), config(7));
        }

        assertThat(world.tunnels.stream().filter(tunnel -> !tunnel.closed.isDone()))
                .hasSizeLessThan(12);
    }

    @Test
    void aRenewalThatFailsIsTriedAgainMoreAndMoreRarelyAndTheTunnelGoesOn() {
        attach();
        world.reachable = false;
        renew();
        world.serial.advance(Duration.ofMinutes(30));
        assertThat(world.targets.size()).isBetween(50, 120);
        assertThat(world.role.attachments().get(0).state()).isEqualTo("attached");

        world.reachable = true;
        world.serial.advance(Duration.ofSeconds(40));
        world.accepts(world.tunnel(1), client(1), config(7));
        assertThat(world.tunnel(0).drainedFor).isNotNull();
        world.serial.advance(Duration.ofMinutes(30));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void aRenewalThatFailsTriesTheOtherAddresses() {
        world.addresses.put(GATEWAY.value(), new HostPort[] {new HostPort("a", 1), new HostPort("b", 2)});
        attach();
        world.reachable = false;
        renew();

        assertThat(world.targets.subList(1, 3))
                .extracting(target -> target.address().toString())
                .containsExactly("a:1", "b:2");
        assertThat(world.targets).hasSize(3);
        assertThat(world.role.attachments().get(0).state()).isEqualTo("attached");
    }

    @Test
    void aRenewalThatIsRefusedForNowIsTriedAgainWhenTheServerSays() {
        attach();
        renew();
        world.says(world.tunnel(1), Refused.of(RefusalCode.UNAVAILABLE, "the registry is away", 10));

        world.serial.advance(Duration.ofMillis(9_900));
        assertThat(world.tunnels).hasSize(2);
        world.serial.advance(Duration.ofMillis(2_200));
        assertThat(world.tunnels).hasSize(3);
        assertThat(world.tunnel(2).last(Attach.class).continuesClient()).isEqualTo(client(1));
        world.accepts(world.tunnel(2), client(1), config(7));
        assertThat(world.events(Event.Attached.class)).hasSize(1);
        assertThat(world.events(Event.AttachRefused.class)).isEmpty();
    }

    @Test
    void aRenewalThatIsRefusedForGoodLeavesTheTunnelThatIsUpAndIsTriedAgainAnHourLater() {
        attach();
        renew();
        world.says(world.tunnel(1), Refused.of(RefusalCode.TOKEN_EXPIRED, "it has expired", Refused.NEVER));
        world.serial.advance(Duration.ofMinutes(59));

        assertThat(world.tunnels).hasSize(2);
        assertThat(world.tunnel(0).closed.isDone()).isFalse();
        assertThat(world.role.attachments().get(0).state()).isEqualTo("attached");
        world.serial.advance(Duration.ofMinutes(15));
        assertThat(world.tunnel(2).last(Attach.class).continuesClient()).isEqualTo(client(1));
    }

    @Test
    void aTunnelThatWearsOutIsRenewedWithoutTheServersWord() {
        attach();
        world.tunnel(0).worn.setSuccess("its stream IDs come to an end");
        world.serial.run();

        assertThat(world.tunnel(1).last(Attach.class).continuesClient()).isEqualTo(client(1));
        renewOn(world.tunnel(0));
        world.accepts(world.tunnel(1), client(1), config(7));
        world.serial.advance(Duration.ofHours(1));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void aTunnelThatIsWornOutBeforeItIsInUseIsRenewedASecondLater() {
        attach();
        renew();
        world.tunnel(1).worn.setSuccess("its stream IDs come to an end");
        world.accepts(world.tunnel(1), client(1), config(7));

        world.serial.advance(Duration.ofMillis(900));
        assertThat(world.tunnels).hasSize(2);
        world.serial.advance(Duration.ofMillis(200));
        assertThat(world.tunnel(2).last(Attach.class).continuesClient()).isEqualTo(client(1));
    }

    @Test
    void aTunnelThatTheServerWantsRenewedBeforeItIsInUseIsRenewedWhenItIs() {
        attach();
        world.plane.gate = new CompletableFuture<>();
        renew();
        world.accepts(world.tunnel(1), client(1), config(7));
        renewOn(world.tunnel(1));
        world.plane.gate.complete(null);
        world.serial.run();
        assertThat(world.tunnel(0).drainedFor).isNotNull();

        world.serial.advance(Duration.ofSeconds(2));
        assertThat(world.tunnel(2).last(Attach.class).continuesClient()).isEqualTo(client(1));
    }

    @Test
    void aRenewalGoesOnAsAReconnectWhenTheOldTunnelIsLost() {
        attach();
        renew();
        world.cuts(world.tunnel(0), "the connection was reset");
        assertThat(world.role.attachments().get(0).state()).isEqualTo("connecting");
        assertThat(world.events(Event.Detached.class)).hasSize(1);

        world.accepts(world.tunnel(1), client(1), config(7));
        assertThat(world.events(Event.Attached.class)).hasSize(2);
        world.serial.advance(Duration.ofMinutes(1));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void aRenewalThatFailsAfterTheOldTunnelWasLostIsAReconnectThatFailed() {
        attach();
        renew();
        world.cuts(world.tunnel(0), "the connection was reset");
        world.cuts(world.tunnel(1), "the connection was reset");

        world.serial.advance(Duration.ofSeconds(2));
        assertThat(world.tunnel(2).last(Attach.class).replaces()).isEqualTo(client(1));
    }

    @Test
    void anEndForGoodDuringARenewalEndsItToo() {
        attach();
        renew();
        world.says(world.tunnel(0), new Terminate("terminated", "by the operator", false));

        assertThat(world.tunnel(1).closed.isDone()).isTrue();
        world.serial.advance(Duration.ofHours(2));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void aTunnelThatIsDrainedIsNotRenewed() {
        attach();
        world.tunnel(0).openStreams = 1;
        world.says(world.tunnel(0), new Drain(5000));
        world.tunnel(0).worn.setSuccess("its stream IDs come to an end");
        world.serial.advance(Duration.ofSeconds(4));

        assertThat(world.tunnels).hasSize(1);
    }

    @Test
    void theTunnelThatIsContinuedIsShownUntilItEnds() {
        attach();
        renew();
        world.accepts(world.tunnel(1), client(1), config(7));
        assertThat(world.role.tunnels()).extracting(TunnelView::state).containsExactly("draining", "attached");
        assertThat(world.role.tunnels()).extracting(TunnelView::client).containsOnly(client(1));

        world.cuts(world.tunnel(0), "drained");
        assertThat(world.role.tunnels()).extracting(TunnelView::state).containsExactly("attached");
    }

    @Test
    void aRenewalWaitsForAServiceThatIsAway() {
        attach();
        world.role.partRemoved(world.identity);
        renew();
        assertThat(world.tunnels).hasSize(1);

        world.role.partAdded(world.identity);
        world.serial.advance(Duration.ofSeconds(10));
        assertThat(world.tunnel(1).last(Attach.class).continuesClient()).isEqualTo(client(1));
    }

    private void attach() {
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, "-"), Map.of());
        world.accepts(world.tunnel(0), client(1), config(7));
        world.serial.advance(Duration.ofSeconds(10));
    }

    private void renew() {
        renewOn(world.tunnels.get(world.tunnels.size() - 1));
    }

    private void renewOn(FakeTunnel tunnel) {
        world.says(tunnel, new Renew("its certificate changes", 60_000));
    }
}
