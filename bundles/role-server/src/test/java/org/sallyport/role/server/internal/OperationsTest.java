// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.AclEdit;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Direction;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.event.Event;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.GatewayView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.wire.control.AclChange;
import org.sallyport.wire.control.AclEntry;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.ProbeResult;
import org.sallyport.wire.control.Terminate;

@Timeout(30)
final class OperationsTest {
    private ServerFixture fixture;
    private String gateway;
    private GatewayId id;

    @BeforeEach
    void start() {
        fixture = new ServerFixture();
        gateway = fixture.gateway();
        id = new GatewayId(gateway);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private TestClient attached(String key) {
        TestClient client = fixture.transport.client(key);
        client.attach(fixture.token(gateway));
        return client;
    }

    private void allow(String target) {
        ServerFixture.get(fixture.acls.put(id, AclRule.parse(AclRule.Action.ALLOW, target)));
    }

    @Test
    void aNewGatewayWaitsForAClientAndIsAttachedWhenOneCame() {
        GatewayView view = ServerFixture.get(fixture.gateways.show(id));
        assertThat(view.state()).isEqualTo("waiting");
        assertThat(view.tokenExpires()).isEqualTo("2026-08-30T12:00:00Z");
        CompletionStage<GatewayView> awaited = fixture.gateways.await(id, "attached", Duration.ofSeconds(10));

        attached(ServerFixture.KEY_A);

        assertThat(ServerFixture.get(awaited).clients()).isEqualTo(1);
    }

    @Test
    void awaitingAStateInVainNamesTheStateThatItIsIn() {
        Refusal refusal = ServerFixture.refusal(fixture.gateways.await(id, "attached", Duration.ofMillis(50)));
        assertThat(refusal).hasMessageContaining("is waiting, not attached").hasMessageContaining("no client");
        assertThat(ServerFixture.refusal(fixture.gateways.await(id, "happy", Duration.ofMillis(50)))
                        .reason())
                .isEqualTo(Refusal.Reason.INVALID);
    }

    @Test
    void aWrongNameAndAWrongNumberOfDaysAreRefused() {
        assertThat(ServerFixture.refusal(fixture.gateways.create(" x", 90, true))
                        .reason())
                .isEqualTo(Refusal.Reason.INVALID);
        assertThat(ServerFixture.refusal(fixture.gateways.create("x", 400, true)))
                .hasMessageContaining("expected 1 to 365");
    }

    @Test
    void aGatewaysRulesCanBeChangedAndAreShown() {
        GatewayView view = ServerFixture.get(
                        fixture.gateways.update(id, new GatewayService.Update("other", false, AclEdit.SERVER, 1)))
                .value();

        assertThat(view.name()).isEqualTo("other");
        assertThat(view.cause()).isEqualTo("no client is attached, and it admits no new keys");
        assertThat(ServerFixture.get(fixture.acls.show(id)).edit()).isEqualTo("server");
        assertThat(fixture.store.snapshot().gateway(id).maxClients()).isEqualTo(1);
        ServerFixture.get(fixture.gateways.update(id, new GatewayService.Update(null, null, null, 7)));
        assertThat(fixture.store.snapshot().gateway(id).aclEdit()).isEqualTo(AclEdit.SERVER);
        assertThat(ServerFixture.refusal(fixture.gateways.update(id, new GatewayService.Update("", null, null, null)))
                        .reason())
                .isEqualTo(Refusal.Reason.INVALID);
    }

    @Test
    void theSameTokenIsShownEachTimeAndLeavesATrace() {
        String first = fixture.token(gateway);
        assertThat(fixture.token(gateway)).isEqualTo(first);
        Event.Changed shown = fixture.events.next(Event.Changed.class);
        while (!shown.action().equals("gateway:token")) {
            shown = fixture.events.next(Event.Changed.class);
        }
        assertThat(shown.subject()).isEqualTo(gateway);
        assertThat(shown.actor()).isEqualTo("shell");
    }

    @Test
    void aTokensDaysCannotBeChangedWithoutANewToken() {
        assertThat(ServerFixture.refusal(fixture.gateways.token(id, false, 30))).hasMessageContaining("--regenerate");
        assertThat(ServerFixture.refusal(fixture.gateways.token(id, true, 999)).reason())
                .isEqualTo(Refusal.Reason.INVALID);
        assertThat(fixture.store.snapshot().gateway(id).token().serial()).isEqualTo(1);
    }

    @Test
    void anOpenGatewayIsShownAsOpen() {
        Outcome<GatewayView> open = ServerFixture.get(fixture.gateways.create("lab", 90, false));
        assertThat(open.value().cause()).contains("open");
        assertThat(open.warnings()).hasSize(1);
    }

    @Test
    void aDestinationHasItsPortAtOnceAndKeepsIt() {
        DestinationView view = fixture.destination(gateway);
        assertThat(view.listen().port()).isBetween(15_000, 19_999);
        assertThat(view.listen().address()).isEqualTo("127.0.0.1");
        assertThat(view.state()).isEqualTo("waiting");
        DestinationId destination = new DestinationId(view.id());

        ServerFixture.get(fixture.destinations.enable(destination, false));
        DestinationView again = ServerFixture.get(fixture.destinations.enable(destination, true))
                .value();

        assertThat(again.listen().port()).isEqualTo(view.listen().port());
    }

    @Test
    void aDestinationListensOnceAClientIsAttachedAndTheAclAllowsIt() {
        DestinationView view = fixture.destination(gateway);
        DestinationId destination = new DestinationId(view.id());
        CompletionStage<DestinationView> listening =
                fixture.destinations.await(destination, "listening", Duration.ofSeconds(10));
        attached(ServerFixture.KEY_A);
        assertThat(ServerFixture.get(fixture.destinations.await(destination, "blocked", Duration.ofSeconds(10)))
                        .cause())
                .contains("acl:allow " + gateway + " wiki.example:80");

        allow("wiki.example:80");

        DestinationView now = ServerFixture.get(listening);
        assertThat(now.connections()).isEqualTo(new DestinationView.Connections(1, 2, 3));
        assertThat(now.bytes()).isEqualTo(new DestinationView.Bytes(4, 5));
    }

    @Test
    void aCloudDestinationNeedsItsClientPort() {
        assertThat(ServerFixture.refusal(fixture.destinations.create(fixture.draft(gateway, Direction.CLOUD, null))))
                .hasMessageContaining("--client-port");
        assertThat(ServerFixture.refusal(fixture.destinations.create(
                                fixture.draft("AAAAAAAAAAA_local", Direction.ON_PREMISES, null)))
                        .reason())
                .isEqualTo(Refusal.Reason.NOT_FOUND);
    }

    @Test
    void aCloudDestinationIsWhatItsClientsSay() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView view = ServerFixture.get(
                        fixture.destinations.create(fixture.draft(gateway, Direction.CLOUD, 12_000)))
                .value();
        assertThat(view.state()).isEqualTo("waiting");
        assertThat(view.listen().address()).isEqualTo("127.0.0.1");
        DestinationId destination = new DestinationId(view.id());

        client.send(new Listeners(List.of(
                new Listeners.Port(view.id(), "failed", "", 12_000, "port 12000 is in use by another program"))));
        assertThat(ServerFixture.get(fixture.destinations.await(destination, "failed", Duration.ofSeconds(10)))
                        .cause())
                .contains(client.id())
                .contains("in use by another program");
        client.send(new Listeners(List.of(new Listeners.Port(view.id(), "listening", "127.0.0.1", 12_000, ""))));
        assertThat(ServerFixture.get(fixture.destinations.await(destination, "listening", Duration.ofSeconds(10)))
                        .listen()
                        .address())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void aChangeReachesTheClientAndReturnsWhenItIsApplied() {
        TestClient client = attached(ServerFixture.KEY_A);
        Outcome<DestinationView> made =
                ServerFixture.get(fixture.destinations.create(fixture.draft(gateway, Direction.ON_PREMISES, null)));
        Config pushed = client.next(Config.class);
        assertThat(pushed.destinations().get(0).id()).isEqualTo(made.value().id());
        assertThat(pushed.revision())
                .isEqualTo(fixture.planes.of(gateway).last().revision());
        assertThat(made.warnings()).noneMatch(warning -> warning.contains("has not applied"));
    }

    @Test
    void aClientThatDoesNotApplyAChangeIsNamedAfterFiveSeconds() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A).neverApplies();
        client.attach(fixture.token(gateway));
        Outcome<DestinationView> made =
                ServerFixture.get(fixture.destinations.create(fixture.draft(gateway, Direction.ON_PREMISES, null)));
        assertThat(made.warnings())
                .anyMatch(warning -> warning.contains("client " + client.id() + " on laptop has not applied"));
    }

    @Test
    void aChangeElsewhereInTheRegistryIsNotPushed() {
        TestClient client = attached(ServerFixture.KEY_A);
        int before = fixture.planes.of(gateway).count();
        String other = ServerFixture.get(fixture.gateways.create("other", 90, true))
                .value()
                .id();
        fixture.destination(other);
        allow("wiki.example:80");
        assertThat(client.next(Config.class).acl()).hasSize(1);
        assertThat(fixture.planes.of(gateway).count()).isEqualTo(before + 1);
    }

    @Test
    void manyChangesInARowAreSentTogether() {
        TestClient client = attached(ServerFixture.KEY_A).neverApplies();
        CompletionStage<?> last = CompletableFuture.completedFuture(null);
        for (int i = 1; i <= 50; i++) {
            AclRule rule = AclRule.parse(AclRule.Action.ALLOW, "host" + i + ":80");
            last = fixture.store.change(snapshot -> List.of(new RegistryChange.PutGateway(
                    snapshot.gateway(id).withAcl(snapshot.gateway(id).acl().with(rule)))));
        }
        ServerFixture.get(last);
        int configs = 0;
        Config config;
        do {
            config = client.next(Config.class);
            configs++;
        } while (config.acl().size() < 50);
        assertThat(configs).isLessThan(5);
        client.send(new Applied(config.revision(), List.of()));
    }

    @Test
    void updatingChangesOnlyWhatIsGiven() {
        DestinationView view = fixture.destination(gateway);
        DestinationView updated = ServerFixture.get(fixture.destinations.update(
                        new DestinationId(view.id()),
                        new DestinationService.Update(
                                null,
                                null,
                                HostPort.parse("intranet:8080"),
                                null,
                                options -> options.withConnectTimeout(Duration.ofSeconds(3)))))
                .value();
        assertThat(updated.name()).isEqualTo("wiki");
        assertThat(updated.resource().host()).isEqualTo("intranet");
        assertThat(updated.listen().port()).isEqualTo(view.listen().port());
        assertThat(ServerFixture.refusal(fixture.destinations.update(
                        new DestinationId(view.id()),
                        new DestinationService.Update(
                                null, null, null, null, options -> options.withConnectTimeout(Duration.ofHours(1))))))
                .hasMessageContaining("expected 1 to 180 seconds");
    }

    @Test
    void aDeletedDestinationIsGoneEverywhere() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView view = fixture.destination(gateway);
        assertThat(client.next(Config.class).destinations()).hasSize(1);
        ServerFixture.get(fixture.destinations.delete(new DestinationId(view.id())));
        assertThat(client.next(Config.class).destinations()).isEmpty();
        assertThat(ServerFixture.refusal(fixture.destinations.show(new DestinationId(view.id())))
                        .reason())
                .isEqualTo(Refusal.Reason.NOT_FOUND);
        assertThat(ServerFixture.get(fixture.destinations.list(id))).isEmpty();
    }

    @Test
    void awaitingADestinationEndsWhenItIsDeleted() {
        DestinationId destination =
                new DestinationId(fixture.destination(gateway).id());
        CompletionStage<DestinationView> awaited =
                fixture.destinations.await(destination, "listening", Duration.ofSeconds(20));
        ServerFixture.get(fixture.destinations.delete(destination));
        assertThat(ServerFixture.refusal(awaited).reason()).isEqualTo(Refusal.Reason.NOT_FOUND);
    }

    @Test
    void aTestOfAnOnPremisesDestinationAsksTheClientLegByLeg() {
        TestClient client = attached(ServerFixture.KEY_A);
        allow("wiki.example:80");
        DestinationView view = fixture.destination(gateway);
        CompletionStage<List<DestinationService.Leg>> test = fixture.destinations.test(new DestinationId(view.id()));
        Probe probe = client.next(Probe.class);
        assertThat(probe.destination()).isEqualTo(view.id());
        client.send(new ProbeResult(probe.request(), 6, "wiki.example:80 refused the connection", 0));

        List<DestinationService.Leg> legs = ServerFixture.get(test);

        assertThat(legs).extracting(DestinationService.Leg::passed).containsExactly(true, true, false);
        assertThat(legs.get(2).text()).contains("refused the connection");
    }

    @Test
    void aTestOfACloudDestinationDialsFromTheServerAndAsksClientsWhatApplicationsSee() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView view = ServerFixture.get(
                        fixture.destinations.create(fixture.draft(gateway, Direction.CLOUD, 12_000)))
                .value();
        CompletionStage<List<DestinationService.Leg>> test = fixture.destinations.test(new DestinationId(view.id()));
        Probe probe = client.next(Probe.class);
        client.send(new ProbeResult(
                probe.request(),
                0,
                "",
                5,
                List.of(new ProbeResult.Step("certificate for applications", true, "CN=localhost"))));

        List<DestinationService.Leg> legs = ServerFixture.get(test);

        assertThat(legs).extracting(DestinationService.Leg::passed).containsExactly(false, true, true, true);
        assertThat(legs.get(2))
                .isEqualTo(new DestinationService.Leg(
                        "client " + client.id() + " certificate for applications", true, "CN=localhost"));
        assertThat(legs.get(3).leg()).startsWith("server to ");
    }

    @Test
    void aClientOfAnEarlierVersionSaysNothingOfWhatApplicationsSee() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView view = ServerFixture.get(
                        fixture.destinations.create(fixture.draft(gateway, Direction.CLOUD, 12_000)))
                .value();
        CompletionStage<List<DestinationService.Leg>> test = fixture.destinations.test(new DestinationId(view.id()));
        client.send(new ProbeResult(client.next(Probe.class).request(), 1, "not known at the end that dials", 5));

        assertThat(ServerFixture.get(test))
                .extracting(DestinationService.Leg::passed)
                .containsExactly(false, true, true);
    }

    @Test
    void eachClientIsToldApart() {
        TestClient good = attached(ServerFixture.KEY_A);
        TestClient bad = attached(ServerFixture.KEY_B);
        DestinationView view = onPremises();
        CompletionStage<List<DestinationService.Leg>> test = fixture.destinations.test(new DestinationId(view.id()));
        good.send(new ProbeResult(
                good.next(Probe.class).request(), 0, "", 5, List.of(new ProbeResult.Step("acl", true, "allowed"))));
        bad.send(new ProbeResult(
                bad.next(Probe.class).request(),
                3,
                "denied",
                5,
                List.of(
                        new ProbeResult.Step("acl", false, "denied"),
                        new ProbeResult.Step("behind the first failure", true, ""))));

        assertThat(ServerFixture.get(test))
                .contains(
                        new DestinationService.Leg("client " + good.id() + " acl", true, "allowed"),
                        new DestinationService.Leg("client " + bad.id() + " acl", false, "denied"))
                .noneMatch(leg -> leg.leg().contains("behind"));
    }

    @Test
    void theServersOwnCertificateForApplicationsIsTold() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView view = onPremises();
        fixture.planes.of(gateway).report =
                new ProbeReport(OpenReply.OK, List.of(ProbeStep.passed("certificate for applications", "CN=x")));
        CompletionStage<List<DestinationService.Leg>> test = fixture.destinations.test(new DestinationId(view.id()));
        client.send(new ProbeResult(client.next(Probe.class).request(), 0, "", 5));

        assertThat(ServerFixture.get(test).get(1))
                .isEqualTo(new DestinationService.Leg("server certificate for applications", true, "CN=x"));
    }

    @Test
    void whatAHostileClientSaysIsBoundedAndFitToBeShown() {
        TestClient client = attached(ServerFixture.KEY_A);
        DestinationView view = onPremises();
        CompletionStage<List<DestinationService.Leg>> test = fixture.destinations.test(new DestinationId(view.id()));
        List<ProbeResult.Step> steps = new ArrayList<>();
        for (int i = 0; i < ProbeResult.MAX_STEPS; i++) {
            steps.add(new ProbeResult.Step("\u001b[2J" + "n".repeat(60), true, "\u001b]0;x\u0007" + "t".repeat(500)));
        }
        client.send(new ProbeResult(client.next(Probe.class).request(), 6, "\u009b1mrefused", 5, steps));

        List<DestinationService.Leg> legs = ServerFixture.get(test);

        assertThat(legs).hasSizeLessThan(30).allMatch(leg -> leg.text().length() <= 481);
        assertThat(legs).allSatisfy(leg -> assertThat(leg.leg() + leg.text()).matches("[^\\p{Cntrl}]*"));
        DestinationService.Leg last = legs.get(legs.size() - 1);
        assertThat(last.passed())
                .as("passed steps and a refusal contradict each other")
                .isFalse();
        assertThat(last.text()).contains("refused");
    }

    private DestinationView onPremises() {
        return fixture.destination(gateway);
    }

    @Test
    void aTerminatedClientIsToldNotToReturn() {
        TestClient client = attached(ServerFixture.KEY_A);
        ServerFixture.get(fixture.clients.terminate(new ClientId(client.id())));
        assertThat(client.next(Terminate.class).mayReturn()).isFalse();
        client.awaitEnd();
        assertThat(fixture.events.next(Event.Detached.class).reason()).contains("terminated");
        assertThat(ServerFixture.refusal(fixture.clients.show(new ClientId(client.id())))
                        .reason())
                .isEqualTo(Refusal.Reason.NOT_FOUND);
        assertThat(ServerFixture.get(fixture.clients.history(id)).get(0).end()).contains("terminated");
    }

    @Test
    void aDrainedClientIsToldAndLeaves() {
        TestClient client = attached(ServerFixture.KEY_A);
        Outcome<?> outcome = ServerFixture.get(fixture.clients.drain(new ClientId(client.id())));
        assertThat(outcome.warnings()).isEmpty();
        assertThat(client.next(Drain.class).deadlineMillis()).isEqualTo(1000);
        assertThat(ServerFixture.get(fixture.clients.list())).isEmpty();
    }

    @Test
    void aProbeMeasuresTheRoundTrip() {
        TestClient client = attached(ServerFixture.KEY_A);
        assertThat(ServerFixture.get(fixture.clients.probe(new ClientId(client.id()))))
                .isEqualTo(2.0);
        assertThat(fixture.tunnels.tunnels()).hasSize(1);
        assertThat(fixture.tunnels.tunnels().get(0).client()).isEqualTo(client.id());
        assertThat(fixture.tunnels.tunnels().get(0).key()).isEqualTo(ServerFixture.KEY_A);
    }

    @Test
    void aClientsEditOfTheAclIsDurablePushedAndAuditedWithItsKey() {
        TestClient client = attached(ServerFixture.KEY_A);
        client.send(new AclChange(5, AclChange.Operation.ADD, List.of(new AclEntry(true, "wiki.example", 80, ""))));
        assertThat(client.next(AclResult.class)).isEqualTo(new AclResult(5, true, ""));
        assertThat(ServerFixture.get(fixture.acls.show(id)).rules()).hasSize(1);
        Event.Changed changed = fixture.events.next(Event.Changed.class);
        while (!changed.actor().equals(ServerFixture.KEY_A)) {
            changed = fixture.events.next(Event.Changed.class);
        }
        assertThat(changed.action()).isEqualTo("acl:add");

        client.send(new AclChange(6, AclChange.Operation.REMOVE, List.of(new AclEntry(true, "db", 1, ""))));
        assertThat(client.next(AclResult.class).done()).isFalse();
        client.send(new AclChange(7, AclChange.Operation.ADD, List.of(new AclEntry(true, "not a host", 1, ""))));
        assertThat(client.next(AclResult.class).text()).contains("expected a host name");
    }

    @Test
    void anAclThatIsEditedOnTheServerOnlyIsClosedToClients() {
        var before = fixture.store.snapshot().gateway(id);
        var closed = new Gateway(
                id,
                before.name(),
                true,
                true,
                true,
                before.token(),
                before.acl(),
                AclEdit.SERVER,
                before.balancer(),
                before.maxClients(),
                before.created());
        ServerFixture.get(fixture.store.change(snapshot -> List.of(new RegistryChange.PutGateway(closed))));
        TestClient client = attached(ServerFixture.KEY_A);
        client.send(new AclChange(1, AclChange.Operation.REPLACE, List.of()));
        AclResult result = client.next(AclResult.class);
        assertThat(result.done()).isFalse();
        assertThat(result.text()).contains("on the server only");
    }

    @Test
    void aStoreThatIsFullChangesNothingAndSaysWhy() {
        fixture.store.fillUp();
        Refusal refusal =
                ServerFixture.refusal(fixture.destinations.create(fixture.draft(gateway, Direction.ON_PREMISES, null)));
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.UNAVAILABLE);
        assertThat(refusal).hasMessageContaining("no space left");
        assertThat(ServerFixture.get(fixture.destinations.list(null))).isEmpty();
    }

    @Test
    void whileAStoreIsAwayChangesAreRefusedAndWhatWasKnownIsShown() {
        fixture.registry.unbindRegistry(fixture.store);
        assertThat(ServerFixture.refusal(fixture.gateways.create("x", 90, true)))
                .hasMessageContaining("org.sallyport.registry");
        assertThat(ServerFixture.get(fixture.gateways.list())).hasSize(1);
        fixture.authority.unbindTokens(fixture.keys);
        assertThat(ServerFixture.refusal(fixture.gateways.token(id, false, null)))
                .hasMessageContaining("org.sallyport.pki");
    }

    @Test
    void theRangeOfPortsIsUsedUpToItsEnd() {
        fixture.close();
        fixture = new ServerFixture(Map.of("listen.ports", "15100-15103"));
        String small = fixture.gateway();
        int made = 0;
        Refusal refusal = null;
        while (refusal == null) {
            try {
                fixture.destination(small);
                made++;
            } catch (Refusal e) {
                refusal = e;
            }
        }
        assertThat(made).isLessThanOrEqualTo(4);
        assertThat(refusal.reason()).isEqualTo(Refusal.Reason.CONFLICT);
        assertThat(refusal).hasMessageContaining("widen listen.ports");
    }

    @Test
    void anAttachedClientsWishesForTheAclAreTakenUp() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        Attached attached = client.attach(Attach.withToken(fixture.token(gateway), "laptop", "1.0")
                .wishing(List.of(new AclEntry(true, "wiki.example", 80, "")), null));
        assertThat(attached.config().acl()).containsExactly(new AclEntry(true, "wiki.example", 80, ""));
    }
}
