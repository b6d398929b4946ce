// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.role.client.internal.RoleWorld.GATEWAY;
import static org.sallyport.role.client.internal.RoleWorld.OTHER;
import static org.sallyport.role.client.internal.RoleWorld.client;
import static org.sallyport.role.client.internal.RoleWorld.cloud;
import static org.sallyport.role.client.internal.RoleWorld.config;
import static org.sallyport.role.client.internal.RoleWorld.id;
import static org.sallyport.role.client.internal.RoleWorld.launch;
import static org.sallyport.role.client.internal.RoleWorld.onPremises;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.event.Event;
import org.sallyport.spi.ProbeStep;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Limits;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.ProbeResult;
import org.sallyport.wire.control.RefusalCode;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Terminate;

final class ClientRoleTest {
    private static final Duration WHILE = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    @Test
    void itIsReadyOnceAllThatItNeedsIsThere() {
        RoleWorld world = new RoleWorld();
        world.make(launch(1), new Wishes(List.of(), null));
        world.configure(Map.of());
        assertThat(world.events(Event.ClientReady.class)).isEmpty();

        world.parts();

        assertThat(world.events(Event.ClientReady.class)).hasSize(1);
        assertThat(world.role.attachmentHealth().healthy()).isTrue();
    }

    @Test
    void aTokenIsShownAndTheAttachmentToldOnceItsConfigurationIsInForce() {
        RoleWorld world = RoleWorld.withToken();
        FakeTunnel tunnel = world.tunnel(0);
        assertThat(tunnel.target.serverName()).isEqualTo("x.sallyport");
        assertThat(tunnel.target.pins()).containsExactly(RoleWorld.PIN);
        Attach attach = tunnel.last(Attach.class);
        assertThat(attach.token()).isEqualTo("token " + GATEWAY);
        assertThat(attach.replaces()).isNull();
        assertThat(attach.host()).isEqualTo("workstation");

        world.plane.gate = new CompletableFuture<>();
        world.accepts(tunnel, client(1), config(7, cloud("aaaaa", 12_000), onPremises("bbbbb")));
        assertThat(world.events(Event.Attached.class)).isEmpty();
        assertThat(tunnel.count(Applied.class)).isZero();

        world.plane.gate.complete(null);
        world.serial.run();

        assertThat(tunnel.last(Applied.class)).isEqualTo(new Applied(7, List.of()));
        assertThat(tunnel.last(Listeners.class).ports())
                .containsExactly(new Listeners.Port(id("aaaaa"), "listening", "127.0.0.1", 12_000, ""));
        assertThat(world.events(Event.Attached.class))
                .containsExactly(new Event.Attached(
                        GATEWAY, new ClientId(client(1)), "cd".repeat(32), "workstation", "server:9000", false));
        assertThat(world.plane.planes.get(GATEWAY).tunnels).containsOnlyKeys(new ClientId(client(1)));
        assertThat(world.role.attachments()).singleElement().satisfies(shown -> {
            assertThat(shown.state()).isEqualTo("attached");
            assertThat(shown.client()).isEqualTo(client(1));
        });
        assertThat(world.role.tunnels()).singleElement().satisfies(shown -> {
            assertThat(shown.rttMillis()).isEqualTo(2.0);
            assertThat(shown.key()).isEqualTo("00");
            assertThat(shown.heldBytes()).isEqualTo(5);
            assertThat(shown.state()).isEqualTo("attached");
        });
    }

    @Test
    void aDescriptorIsShownAsOne() {
        RoleWorld world = new RoleWorld();
        world.standardInput = "descriptor " + GATEWAY;
        world.start(launch(1, "-"), Map.of());

        assertThat(world.tunnel(0).last(Attach.class).token()).isNull();
        assertThat(world.tunnel(0).last(Attach.class).descriptor()).isEqualTo("descriptor " + GATEWAY);
    }

    @Test
    void aLostTunnelIsMadeAgainAndReplacesItsGhost() {
        RoleWorld world = attached();

        world.cuts(world.tunnel(0), "no answer for 12 s");

        assertThat(world.events(Event.Detached.class))
                .containsExactly(new Event.Detached(GATEWAY, new ClientId(client(1)), "no answer for 12 s"));
        assertThat(world.role.attachmentHealth().text())
                .contains("0 of 1 attached")
                .contains("no answer for 12 s");
        world.serial.advance(WHILE);
        assertThat(world.tunnel(1).last(Attach.class).replaces()).isEqualTo(client(1));
        world.accepts(world.tunnel(1), client(1), config(7));
        assertThat(world.events(Event.Attached.class)).hasSize(2);
        assertThat(world.role.attachmentHealth().healthy()).isTrue();
    }

    @Test
    void anotherProxyIsTakenForTheNextConnectAndTheTunnelThatIsUpStays() {
        RoleWorld world = attached();
        world.configure(Map.of("proxy", "socks5://proxy:1080"));

        assertThat(world.targets).hasSize(1);
        assertThat(world.role.attachmentHealth().healthy()).isTrue();
        world.cuts(world.tunnel(0), "no answer for 12 s");
        world.serial.advance(WHILE);
        assertThat(world.targets)
                .extracting(target ->
                        target.proxy() == null ? "" : target.proxy().address().toString())
                .containsExactly("", "socks5://proxy:1080");
    }

    @Test
    void aTunnelThatEndsWhileItsAnswerIsOnItsWayLeavesNothingBehind() {
        RoleWorld world = RoleWorld.withToken();
        world.tunnel(0).close("lost"); // its end waits for the role's thread when the answer is taken
        world.accepts(world.tunnel(0), client(1), config(7));
        assertThat(world.plane.planes).isEmpty();

        world.serial.advance(WHILE);
        world.accepts(world.tunnel(1), client(1), config(2)); // the only tunnel's word counts
        assertThat(world.plane.planes.get(GATEWAY).tunnels.values()).containsExactly(world.tunnel(1));
        assertThat(world.plane.planes.get(GATEWAY).last().revision()).isEqualTo(2);
    }

    @Test
    void aServerThatIsAwayIsTriedForEver() {
        RoleWorld world = attached();
        world.reachable = false;
        world.cuts(world.tunnel(0), "connection reset");

        world.serial.advance(Duration.ofHours(1));
        assertThat(world.targets.size()).isBetween(130, 200);
        assertThat(world.role.attachments()).singleElement().satisfies(shown -> {
            assertThat(shown.state()).isEqualTo("connecting");
            assertThat(shown.cause()).contains("server:9000: connection refused; tried again after");
        });
        world.reachable = true;
        world.serial.advance(Duration.ofSeconds(40));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void triesAreCountedWhereTheSettingsLimitThem() {
        RoleWorld world = new RoleWorld();
        world.reachable = false;
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, "-"), Map.of("reconnect.attempts", "2"));
        world.serial.advance(Duration.ofMinutes(1));

        assertThat(world.targets).hasSize(3);
        assertThat(world.events(Event.AttachRefused.class)).singleElement().satisfies(refused -> {
            assertThat(refused.code()).isEqualTo("unreachable");
            assertThat(refused.retry()).isNull();
        });
        assertThat(world.events(Event.NothingLeftToAttach.class)).hasSize(1);
    }

    @Test
    void allAddressesOfTheTokenAreTriedBeforeAWait() {
        RoleWorld world = new RoleWorld();
        world.reachable = false;
        world.addresses.put(
                GATEWAY.value(), new HostPort[] {new HostPort("a", 1), new HostPort("b", 2), new HostPort("c", 3)});
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, "-"), Map.of());

        assertThat(world.targets)
                .extracting(target -> target.address().toString())
                .containsExactly("a:1", "b:2", "c:3");
        assertThat(world.role.attachments().get(0).cause())
                .contains("a:1: ")
                .contains("b:2: ")
                .contains("c:3: ");
    }

    @Test
    void addressesThatAcceptAndThenFailAreFollowedByAWaitToo() {
        RoleWorld world = new RoleWorld();
        world.addresses.put(GATEWAY.value(), new HostPort[] {new HostPort("a", 1), new HostPort("b", 2)});
        world.plane.gate = CompletableFuture.failedFuture(new IllegalStateException("no port"));
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, "-"), Map.of());
        world.accepts(world.tunnel(0), client(1), config(1));
        world.accepts(world.tunnel(1), client(1), config(1));

        assertThat(world.tunnels).hasSize(2);
        assertThat(world.role.attachments().get(0).cause()).contains("a:1: ").contains("b:2: ");
        world.serial.advance(WHILE);
        assertThat(world.tunnels).hasSize(3);
    }

    @Test
    void theOperatorsServerIsDialledInPlaceOfTheTokens() {
        RoleWorld world = new RoleWorld();
        world.standardInput = "token " + GATEWAY;
        world.start(new LaunchOptions(List.of("-"), new HostPort("10.0.0.1", 9), 1, List.of(), null), Map.of());

        assertThat(world.targets)
                .extracting(target -> target.address().toString())
                .containsExactly("10.0.0.1:9");
    }

    @Test
    void addressesAndPinThatTheServerAnnouncesAreUsedTheNextTime() {
        RoleWorld world = RoleWorld.withToken();
        String next = "ef".repeat(32);
        world.says(
                world.tunnel(0),
                new Attached(
                        client(1),
                        Limits.DEFAULT,
                        List.of("other:9001", "nonsense"),
                        next,
                        "1.2",
                        List.of(),
                        config(1)));
        world.reachable = false;
        world.cuts(world.tunnel(0), "lost");
        world.serial.advance(WHILE);

        assertThat(world.targets.get(1).pins()).containsExactlyInAnyOrder(RoleWorld.PIN, next);
        assertThat(world.targets.subList(1, 3))
                .extracting(target -> target.address().toString())
                .containsExactly("server:9000", "other:9001");
    }

    @Test
    void aRefusalForGoodEndsItAndWithTheLastOneNothingIsLeft() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "token " + OTHER);
        RoleWorld world = new RoleWorld();
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, "-", other.toString()), Map.of());

        world.says(world.tunnel(0), Refused.of(RefusalCode.TOKEN_EXPIRED, "ask for a new token", Refused.NEVER));
        world.serial.advance(Duration.ofMinutes(5));
        assertThat(world.events(Event.AttachRefused.class))
                .containsExactly(
                        new Event.AttachRefused(GATEWAY, "token-expired", "ask for a new token", null, "server:9000"));
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
        assertThat(world.role.attachmentHealth().text()).contains("token-expired: ask for a new token");

        world.says(world.tunnels.get(world.tunnels.size() - 1), new Refused("from-the-future", "no", Refused.NEVER));
        assertThat(world.events(Event.NothingLeftToAttach.class)).hasSize(1);
        assertThat(world.tunnel(0).closed.isDone()).isTrue();
    }

    @Test
    void aRefusalForNowIsTriedAgainWhenTheServerSays() {
        RoleWorld world = RoleWorld.withToken();

        world.says(world.tunnel(0), Refused.of(RefusalCode.DRAINING, "the server stops", 10));
        assertThat(world.events(Event.AttachRefused.class).get(0).retry()).isEqualTo(Duration.ofSeconds(10));
        world.serial.advance(Duration.ofMillis(9_900));
        assertThat(world.tunnels).hasSize(1);
        world.serial.advance(Duration.ofMillis(2_200));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void aTokenFileThatIsOfNoUseIsToldAndStopsNoOther() throws Exception {
        Path bad = Files.writeString(directory.resolve("bad"), "nonsense");
        RoleWorld world = new RoleWorld();
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, bad.toString(), directory + "/missing", "-"), Map.of());

        assertThat(world.events(Event.AttachRefused.class))
                .extracting(Event.AttachRefused::code)
                .containsExactly("token-unreadable", "token-unreadable");
        assertThat(world.events(Event.AttachRefused.class).get(0).text())
                .contains("truncated")
                .doesNotContain("nonsense");
        assertThat(world.tunnels).hasSize(1);
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
    }

    @Test
    void aTokenOfAnotherServerForAGatewayThatIsHeldIsOfNoUse() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "token " + GATEWAY + " y.sallyport");
        RoleWorld world = attached();

        world.configure(Map.of("token.files", other.toString()));

        assertThat(world.tunnels).hasSize(1);
        assertThat(world.events(Event.AttachRefused.class)).singleElement().satisfies(refused -> {
            assertThat(refused.gateway()).isEqualTo(GATEWAY);
            assertThat(refused.code()).isEqualTo("gateway-held");
            assertThat(refused.text()).contains("x.sallyport").contains("y.sallyport");
        });
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
    }

    @Test
    void whenNoTokenIsOfUseNothingIsLeftButAClientThatWaitsForOneGoesOn() {
        RoleWorld world = new RoleWorld();
        world.start(launch(1, directory + "/missing"), Map.of());
        assertThat(world.events(Event.NothingLeftToAttach.class)).hasSize(1);

        RoleWorld waiting = new RoleWorld();
        waiting.start(launch(1), Map.of());
        assertThat(waiting.events(Event.NothingLeftToAttach.class)).isEmpty();
    }

    @Test
    void severalTunnelsOfOneTokenShareAPlaneAndTheNewestConfiguration() {
        RoleWorld world = new RoleWorld();
        world.standardInput = "token " + GATEWAY;
        world.start(launch(2, "-"), Map.of());
        world.accepts(world.tunnel(0), client(1), config(8, cloud("aaaaa", 12_000)));
        world.accepts(world.tunnel(1), client(2), config(7));

        FakePlane.Gateway plane = world.plane.planes.get(GATEWAY);
        assertThat(plane.tunnels).hasSize(2);
        assertThat(plane.last().revision()).isEqualTo(8);
        assertThat(world.tunnel(1).last(Applied.class).revision()).isEqualTo(8);

        world.says(world.tunnel(1), config(9, cloud("aaaaa", 12_001)));
        assertThat(plane.last().ingress().get(0).listenPort()).isEqualTo(12_001);
        assertThat(world.tunnel(0).last(Applied.class).revision()).isEqualTo(9);
        int applied = plane.applied.size();
        world.says(world.tunnel(0), config(9, cloud("aaaaa", 12_001)));
        assertThat(plane.applied).hasSize(applied);
    }

    @Test
    void aServerThatCountsFromLowerDownAfterItWasRestoredIsBelieved() {
        RoleWorld world = attached();
        world.cuts(world.tunnel(0), "server restarted");
        world.serial.advance(WHILE);

        world.accepts(world.tunnel(1), client(1), config(2, cloud("aaaaa", 12_000)));

        assertThat(world.plane.planes.get(GATEWAY).last().revision()).isEqualTo(2);
        assertThat(world.tunnel(1).last(Applied.class).revision()).isEqualTo(2);
    }

    @Test
    void whatCannotBeAppliedIsReportedAndPortsThatChangeAreToldAgain() {
        RoleWorld world = attached();
        FakePlane.Gateway plane = world.plane.planes.get(GATEWAY);
        DestinationId taken = new DestinationId(id("aaaaa"));
        plane.states.put(taken, new State.Failed("port 12000 is in use by gateway X on this client"));

        world.says(world.tunnel(0), config(8, cloud("aaaaa", 12_000), RoleWorld.cloud("bbbbb", 12_000)));
        assertThat(world.tunnel(0).last(Applied.class).failures())
                .containsExactlyInAnyOrder(
                        RoleWorld.failure("aaaaa", "port 12000 is in use by gateway X on this client"),
                        RoleWorld.failure("bbbbb", "client port 12000 is also that of destination " + id("aaaaa")));

        State free = new State.Listening(new HostPort("127.0.0.1", 12_000), "");
        plane.states.put(taken, free);
        world.hub.publish(new Event.DestinationChanged(GATEWAY, taken, free));
        world.serial.run();
        assertThat(world.tunnel(0).last(Listeners.class).ports())
                .singleElement()
                .satisfies(port -> assertThat(port.state()).isEqualTo("listening"));
    }

    @Test
    void wishesForTheAclAreSaidUntilTheyAreGranted() {
        RoleWorld world = new RoleWorld();
        world.standardInput = "token " + GATEWAY;
        world.make(
                launch(1, "-"),
                new Wishes(
                        List.of(AclRule.parse(AclRule.Action.ALLOW, "db:5432")),
                        List.of(AclRule.parse(AclRule.Action.DENY, "db:22"))));
        world.parts();
        world.configure(Map.of());
        Attach first = world.tunnel(0).last(Attach.class);
        assertThat(first.allow()).containsExactly(new AclEntry(true, "db", 5432, ""));
        assertThat(first.acl()).containsExactly(new AclEntry(false, "db", 22, ""));

        world.cuts(world.tunnel(0), "lost before the answer");
        world.serial.advance(WHILE);
        assertThat(world.tunnel(1).last(Attach.class).allow()).hasSize(1);

        world.accepts(world.tunnel(1), client(1), config(1));
        world.cuts(world.tunnel(1), "lost");
        world.serial.advance(WHILE);
        assertThat(world.tunnel(2).last(Attach.class).allow()).isEmpty();
        assertThat(world.tunnel(2).last(Attach.class).acl()).isNull();
    }

    @Test
    void theCeilingIsReadAgainWhenItChangesAndNarrowsWhatIsDialled() throws Exception {
        RoleWorld world = new RoleWorld();
        world.ceiling = directory.resolve(CeilingFile.NAME);
        world.standardInput = "token " + GATEWAY;
        world.start(launch(1, "-"), Map.of());
        world.accepts(world.tunnel(0), client(1), config(1));
        FakePlane.Gateway plane = world.plane.planes.get(GATEWAY);
        assertThat(plane.last().access().check("db", 5432, null).allowed()).isTrue();
        int applied = plane.applied.size();

        world.serial.advance(Duration.ofMinutes(1));
        assertThat(plane.applied).hasSize(applied);

        Files.writeString(world.ceiling, "allow web:443\n");
        world.serial.advance(WHILE);
        assertThat(plane.last().access().check("db", 5432, null))
                .isInstanceOfSatisfying(Verdict.Denied.class, denied -> assertThat(denied.source())
                        .isEqualTo(Verdict.Source.CEILING));

        Files.writeString(world.ceiling, "allow\n");
        world.serial.advance(WHILE);
        assertThat(world.role.ceilingHealth().healthy()).isTrue(); // it may be half written yet
        world.serial.advance(WHILE);
        assertThat(world.role.ceilingHealth().healthy()).isFalse();
        assertThat(world.role.ceilingHealth().text()).contains("line 1");
    }

    @Test
    void aDrainOfTheServerLeadsBackAfterASecond() {
        RoleWorld world = attached();

        world.says(world.tunnel(0), new Drain(5000));
        assertThat(world.tunnel(0).drainedFor).isEqualTo(Duration.ofSeconds(5));
        assertThat(world.role.tunnels().get(0).state()).isEqualTo("draining");
        world.cuts(world.tunnel(0), "drained");
        assertThat(world.events(Event.Detached.class).get(0).reason()).isEqualTo("the server drained the tunnel");
        world.serial.advance(Duration.ofMillis(700));
        assertThat(world.tunnels).hasSize(1);
        world.serial.advance(Duration.ofMillis(500));
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void aClientThatWasTerminatedForGoodDoesNotComeBack() {
        RoleWorld world = attached();

        world.says(world.tunnel(0), new Terminate("terminated", "an operator ended it", false));
        world.serial.advance(Duration.ofMinutes(5));

        assertThat(world.tunnels).hasSize(1);
        assertThat(world.events(Event.Detached.class).get(0).reason()).isEqualTo("an operator ended it");
        assertThat(world.events(Event.NothingLeftToAttach.class)).hasSize(1);
        assertThat(world.plane.planes.get(GATEWAY).closed).isDone();
    }

    @Test
    void aClientThatMayReturnDoes() {
        RoleWorld world = attached();

        world.says(world.tunnel(0), new Terminate("moved", "another server takes over", true));
        world.serial.advance(WHILE);

        assertThat(world.tunnels).hasSize(2);
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
    }

    @Test
    void probesAreAnswered() {
        RoleWorld world = attached();
        world.says(world.tunnel(0), config(8, onPremises("bbbbb")));

        world.says(world.tunnel(0), new Probe(4, null));
        assertThat(world.tunnel(0).last(ProbeResult.class)).isEqualTo(new ProbeResult(4, 0, "", 0));
        world.says(world.tunnel(0), new Probe(5, id("bbbbb")));
        assertThat(world.tunnel(0).last(ProbeResult.class).code()).isZero();
        world.says(world.tunnel(0), new Probe(6, "nonsense"));
        assertThat(world.tunnel(0).last(ProbeResult.class).code()).isEqualTo(1);
    }

    @Test
    void theStepsOfATestAreToldToTheServer() {
        RoleWorld world = attached();
        world.says(world.tunnel(0), config(8, onPremises("bbbbb")));
        world.plane.planes.get(GATEWAY).steps =
                List.of(ProbeStep.passed("name", "db is 10.0.0.5"), ProbeStep.failed("connect", "refused"));

        world.says(world.tunnel(0), new Probe(5, id("bbbbb")));

        assertThat(world.tunnel(0).last(ProbeResult.class).steps())
                .containsExactly(
                        new ProbeResult.Step("name", true, "db is 10.0.0.5"),
                        new ProbeResult.Step("connect", false, "refused"));
    }

    @Test
    void aServerThatAnswersWithSomethingElseOrForAnotherGatewayIsLeftAndTriedAgain() {
        RoleWorld world = RoleWorld.withToken();
        world.says(world.tunnel(0), config(1));
        assertThat(world.tunnel(0).closed.getNow()).contains("before it answered the attach");

        world.serial.advance(WHILE);
        world.accepts(world.tunnel(1), "Bsn47KM8iTb_C01", config(1));
        assertThat(world.tunnel(1).closed.getNow()).contains("gave client ID");

        world.serial.advance(WHILE);
        world.accepts(world.tunnel(2), client(1), config(OTHER, 1));
        assertThat(world.tunnel(2).closed.getNow()).contains("expected that of " + GATEWAY);
        assertThat(world.events(Event.Attached.class)).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerIsLeftAfterTwentySeconds() {
        RoleWorld world = RoleWorld.withToken();

        world.serial.advance(Attempt.ATTACH_LIMIT.plusSeconds(2));

        assertThat(world.tunnel(0).closed.isDone()).isTrue();
        assertThat(world.tunnels).hasSize(2);
    }

    @Test
    void whileATransportOrADataPlaneIsAwayItWaitsAndComesBackWithAnother() {
        RoleWorld world = attached();
        CompletableFuture<Void> gone = world.role.partRemoved(world.plane).toCompletableFuture();
        world.serial.run();
        assertThat(world.plane.planes.get(GATEWAY).closed).isDone();
        assertThat(gone).isDone();
        assertThat(world.tunnel(0).count(Detach.class)).isEqualTo(1);

        world.serial.advance(Duration.ofMinutes(1));
        assertThat(world.tunnels).hasSize(1);
        assertThat(world.role.attachments().get(0).cause()).isEqualTo("waiting for the data plane");

        world.role.partAdded(world.plane);
        world.serial.run();
        world.accepts(world.tunnel(1), client(1), config(7));
        assertThat(world.role.attachmentHealth().healthy()).isTrue();
    }

    @Test
    void runningTunnelsLiveOnWhileKeyAndTokensAreAway() {
        RoleWorld world = attached();

        assertThat(world.role.partRemoved(world.identity).toCompletableFuture()).isDone();
        assertThat(world.role.partRemoved(world.reader).toCompletableFuture()).isDone();
        world.serial.advance(Duration.ofMinutes(1));

        assertThat(world.tunnel(0).closed.isDone()).isFalse();
        assertThat(world.role.attachmentHealth().healthy()).isTrue();
    }

    @Test
    void stoppingClosesPortsAndSaysGoodbye() {
        RoleWorld world = attached();
        world.tunnel(0).openStreams = 1;

        CompletableFuture<Void> stopped = world.role.stop().toCompletableFuture();
        world.serial.run();
        assertThat(world.plane.planes.get(GATEWAY).closing).isEqualTo(Duration.ofSeconds(5));
        assertThat(world.tunnel(0).last(Drain.class).deadlineMillis()).isEqualTo(5000);
        assertThat(stopped).isNotDone();
        world.cuts(world.tunnel(0), "drained");

        assertThat(stopped).isDone();
        assertThat(world.events(Event.Detached.class).get(0).reason()).isEqualTo("the client stops");
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
        world.serial.advance(Duration.ofMinutes(1));
        assertThat(world.tunnels).hasSize(1);
    }

    @Test
    void stoppingIsNotHeldUpByThreadsThatHaveEndedBefore() {
        RoleWorld world = attached();
        world.plane.planes.get(GATEWAY).gone = true;

        CompletableFuture<Void> stopped = world.role.stop().toCompletableFuture();
        world.serial.run();

        assertThat(stopped).isDone();
        assertThat(world.tunnel(0).closed.isDone()).isTrue();
    }

    @Test
    void changedSettingsAreTakenOverWithoutTouchingTunnels() throws Exception {
        Path other = Files.writeString(directory.resolve("other"), "token " + OTHER);
        RoleWorld world = attached();

        world.configure(Map.of("listen.address", "127.0.0.2", "token.files", other.toString()));
        assertThat(world.plane.planes.get(GATEWAY).last().listenAddress()).isEqualTo("127.0.0.2");
        assertThat(world.tunnel(0).closed.isDone()).isFalse();
        assertThat(world.tunnel(1).last(Attach.class).token()).isEqualTo("token " + OTHER);

        world.accepts(world.tunnel(1), "Bsn47KM8iTb_C01", config(OTHER, 1));
        world.configure(Map.of());
        assertThat(world.tunnel(1).closed.isDone()).isTrue();
        assertThat(world.plane.planes.get(OTHER).closed).isDone();
        assertThat(world.role.attachments()).hasSize(1);
        assertThat(world.events(Event.NothingLeftToAttach.class)).isEmpty();
    }

    /** Attached as client 1 with revision 7. */
    private static RoleWorld attached() {
        RoleWorld world = RoleWorld.withToken();
        world.accepts(world.tunnel(0), client(1), config(7));
        world.serial.advance(Duration.ofSeconds(10));
        return world;
    }
}
