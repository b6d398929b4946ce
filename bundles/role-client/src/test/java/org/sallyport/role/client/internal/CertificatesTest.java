// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.role.client.internal.RoleWorld.GATEWAY;
import static org.sallyport.role.client.internal.RoleWorld.client;
import static org.sallyport.role.client.internal.RoleWorld.config;
import static org.sallyport.role.client.internal.RoleWorld.failure;
import static org.sallyport.role.client.internal.RoleWorld.id;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sallyport.api.DestinationId;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.State;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.CertificateFacts;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.service.Refusal;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.DestinationConfig;
import org.sallyport.wire.control.Limits;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Sign;

/** The certificates of a client's legs: what the server sends, and what it signs. */
class CertificatesTest {
    private static final DestinationId WEB = new DestinationId(id("aaaaa"));
    private static final DestinationId VAULT = new DestinationId(id("bbbbb"));

    private final FakeShelf shelf = new FakeShelf();
    private RoleWorld world;

    @BeforeEach
    void start() {
        world = RoleWorld.withToken();
        world.role.partAdded(shelf);
        world.role.protocolAdded(1L, "tls", LegSecurity.TLS);
        world.role.protocolAdded(2L, "tcp", LegSecurity.NONE);
        world.serial.run();
    }

    private static DestinationConfig web(String mark) {
        return destination(WEB, DestinationConfig.CLOUD, "tls", mark, Map.of());
    }

    private static DestinationConfig vault(String mark) {
        return destination(VAULT, DestinationConfig.ON_PREMISES, "tcp", mark, Map.of("resource-tls", "mutual"));
    }

    private static DestinationConfig destination(
            DestinationId id, String direction, String protocol, String mark, Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        if (!mark.isEmpty()) {
            options.put(TunnelProtocol.CERTIFICATES, mark);
        }
        return new DestinationConfig(
                id.value(),
                "x",
                direction,
                protocol,
                "db",
                5432,
                12_000,
                true,
                10_000,
                0,
                0,
                mark.isEmpty() ? List.of() : List.of(TunnelProtocol.CERTIFICATES),
                options);
    }

    private static Certificates trust(DestinationId id, String purpose, String mark, String... names) {
        return new Certificates(id.value(), purpose, mark, null, "", "ANCHORS", "", List.of(), List.of(names));
    }

    private FakePlane.Gateway plane() {
        return world.plane.planes.get(GATEWAY);
    }

    private FakeTunnel attached(DestinationConfig... destinations) {
        world.accepts(world.tunnel(0), client(1), config(7, destinations));
        return world.tunnel(0);
    }

    private void signs(FakeTunnel tunnel) {
        world.says(tunnel, new Sign(tunnel.last(Csr.class).request(), "CHAIN", ""));
    }

    // keys that are made here

    @Test
    void aLegThatShowsACertificateAsksForOneAndThenItIsApplied() {
        FakeTunnel tunnel = attached(web(""), RoleWorld.cloud("ccccc", 12_001));
        Csr asked = tunnel.last(Csr.class);
        assertThat(asked.destination()).isEqualTo(WEB.value());
        assertThat(asked.purpose()).isEqualTo("ingress");
        assertThat(asked.pem()).startsWith("-----BEGIN CERTIFICATE REQUEST-----\nAQID\n");
        assertThat(tunnel.count(Csr.class)).isEqualTo(1);
        assertThat(tunnel.count(Applied.class)).isZero();

        signs(tunnel);

        assertThat(shelf.signed).containsKey(WEB);
        assertThat(tunnel.last(Applied.class)).isEqualTo(new Applied(7, List.of()));
        assertThat(world.events(Event.Attached.class)).hasSize(1);
    }

    @Test
    void aResourceThatWantsACertificateIsShownOne() {
        FakeTunnel tunnel = attached(vault(""));

        assertThat(tunnel.last(Csr.class).purpose()).isEqualTo("egress");
    }

    @Test
    void aNewTunnelAsksForNothingThatIsThere() {
        FakeTunnel tunnel = attached(web(""));
        signs(tunnel);
        world.cuts(tunnel, "lost");
        world.serial.advance(Duration.ofSeconds(1));

        world.accepts(world.tunnel(1), client(1), config(7, web("")));

        assertThat(world.tunnel(1).count(Csr.class)).isZero();
        assertThat(shelf.requests).isEqualTo(1);
    }

    @Test
    void whereSomebodyUploadedAKeyHereNothingIsAskedFor() {
        shelf.uploaded.add(WEB);

        assertThat(attached(web("")).count(Csr.class)).isZero();
    }

    @Test
    void aRefusalIsToldAsTheCauseAndTriedAgain() {
        FakeTunnel tunnel = attached(web(""), vault(""));
        plane();
        for (Object each : List.copyOf(tunnel.sent)) {
            if (each instanceof Csr csr) {
                world.says(tunnel, new Sign(csr.request(), null, "not for you"));
            }
        }
        plane().states.put(WEB, new State.Failed("it has no certificate"));
        world.subscribers.forEach(each ->
                each.accept(new Event.DestinationChanged(GATEWAY, WEB, new State.Failed("it has no certificate"))));
        world.serial.run();

        String cause = "the server signed no certificate: not for you";
        assertThat(tunnel.last(Listeners.class).ports().get(0).cause()).isEqualTo(cause);
        assertThat(tunnel.last(Applied.class).failures()).contains(failure("bbbbb", cause));
        long before = tunnel.count(Csr.class);
        world.serial.advance(Duration.ofMinutes(1));
        assertThat(tunnel.count(Csr.class)).isEqualTo(before + 2);
        signs(tunnel);
    }

    @Test
    void aServerThatDoesNotAnswerHoldsAConfigurationUpForTwoSecondsOnce() {
        FakeTunnel tunnel = attached(web(""));
        world.serial.advance(Duration.ofSeconds(2));
        assertThat(tunnel.last(Applied.class).revision()).isEqualTo(7);
        world.serial.advance(Duration.ofSeconds(29));

        world.says(tunnel, config(8, web("")));

        assertThat(tunnel.last(Applied.class).revision()).isEqualTo(8);
    }

    @Test
    void anAnswerThatNobodyAskedForIsPassedOver() {
        FakeTunnel tunnel = attached(web(""));

        world.says(tunnel, new Sign(99, "CHAIN", ""));

        assertThat(shelf.signed).isEmpty();
    }

    @Test
    void aProtocolThatComesLaterIsLookedAt() {
        world.role.protocolRemoved(1L);
        FakeTunnel tunnel = attached(web(""));
        assertThat(tunnel.count(Csr.class)).isZero();

        world.role.protocolAdded(3L, "tls", LegSecurity.TLS);
        world.serial.run();

        assertThat(tunnel.count(Csr.class)).isEqualTo(1);
    }

    @Test
    void aCertificateIsLookedAtEachHour() {
        FakeTunnel tunnel = attached(web(""));
        signs(tunnel);
        shelf.signed.clear();

        world.serial.advance(Duration.ofHours(1));

        assertThat(tunnel.count(Csr.class)).isEqualTo(2);
    }

    @Test
    void aRequestThatFoundNoTunnelIsMadeOnTheNext() {
        FakeTunnel tunnel = attached(web(""));
        signs(tunnel);
        world.reachable = false;
        world.cuts(tunnel, "lost");
        shelf.signed.clear();
        world.serial.advance(Duration.ofHours(1));
        world.reachable = true;
        for (int seconds = 0; seconds < 120 && world.tunnels.size() == 1; seconds++) {
            world.serial.advance(Duration.ofSeconds(1));
        }
        FakeTunnel next = world.tunnel(1);

        world.accepts(next, client(1), config(7, web("")));

        assertThat(next.count(Csr.class)).isEqualTo(1);
        signs(next);
        assertThat(shelf.signed).containsKey(WEB);
    }

    // what the server sends

    @Test
    void aDestinationIsServedWhenWhatTheServerHoldsForItIsHere() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        assertThat(tunnel.count(Applied.class)).isZero();

        world.says(tunnel, trust(WEB, "ingress", "one"));

        assertThat(shelf.adopted.get(WEB).anchors()).isEqualTo("ANCHORS");
        assertThat(plane().last().ingress()).hasSize(1);
        assertThat(tunnel.last(Applied.class)).isEqualTo(new Applied(7, List.of()));
    }

    @Test
    void whatComesBeforeTheConfigurationWasTakenIsKeptForIt() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = world.tunnel(0);
        tunnel.receiver.accept(
                new Attached(client(1), Limits.DEFAULT, List.of(), null, "1.2", List.of(), config(7, web("one"))));
        world.says(tunnel, trust(WEB, "ingress", "one"));

        assertThat(shelf.adopted).containsKey(WEB);
        assertThat(tunnel.last(Applied.class)).isEqualTo(new Applied(7, List.of()));
    }

    @Test
    void whileItHasNotComeTheDestinationIsLeftOutAndSaysWhy() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.serial.advance(Duration.ofSeconds(2));
        assertThat(plane().last().ingress()).isEmpty();
        assertThat(tunnel.last(Applied.class).failures())
                .containsExactly(failure("aaaaa", "the server has not sent its certificates yet"));

        world.says(tunnel, trust(WEB, "ingress", "one"));

        assertThat(plane().last().ingress()).hasSize(1);
        assertThat(tunnel.last(Applied.class).failures()).isEmpty();
    }

    @Test
    void aChangeIsWaitedForAndTheDestinationGoesOnMeanwhile() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));
        world.says(tunnel, config(8, web("two")));
        assertThat(tunnel.last(Applied.class).revision()).isEqualTo(7);
        assertThat(plane().last().ingress()).hasSize(1);

        world.says(tunnel, trust(WEB, "ingress", "two"));

        assertThat(tunnel.last(Applied.class).revision()).isEqualTo(8);
        assertThat(shelf.adopted.get(WEB).mark()).isEqualTo("two");
    }

    @Test
    void whatTheServerHoldsNoMoreIsLetGoOf() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));

        world.says(tunnel, config(8, web("")));

        assertThat(shelf.adopted).isEmpty();
        assertThat(plane().last().ingress()).hasSize(1);
    }

    @Test
    void certificatesOfNobodysOrAnothersDestinationArePassedOver() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"), vault("two"));

        for (Certificates wrong : List.of(
                trust(new DestinationId("Bsn47KM8iTa_aaaaa"), "ingress", "one"),
                trust(WEB, "egress", "one"),
                trust(WEB, "ingress", "older"),
                trust(VAULT, "ingress", "two"),
                new Certificates("rubbish", "ingress", "one", null, "", "", "", List.of(), List.of()))) {
            world.says(tunnel, wrong);
        }

        assertThat(shelf.adopted).isEmpty();
    }

    @Test
    void whatCannotBeUsedIsToldAndTheDestinationLeftOut() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.says(
                tunnel, new Certificates(WEB.value(), "ingress", "one", null, "", "rubbish", "", List.of(), List.of()));

        assertThat(plane().last().ingress()).isEmpty();
        assertThat(tunnel.last(Applied.class).failures())
                .containsExactly(
                        failure("aaaaa", "the certificates that the server sent cannot be used: it is no certificate"));
    }

    @Test
    void whatCouldNotBeTakenUpIsTriedAgain() {
        shelf.uploaded.add(WEB);
        shelf.busy = 2;
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));
        assertThat(tunnel.last(Applied.class).failures().get(0).text()).contains("100 requests wait already");

        world.serial.advance(Duration.ofMinutes(1));
        assertThat(shelf.adopted).isEmpty();
        world.serial.advance(Duration.ofMinutes(1));

        assertThat(shelf.adopted).containsOnlyKeys(WEB);
        assertThat(plane().last().ingress()).hasSize(1);
        assertThat(tunnel.last(Applied.class).failures()).isEmpty();
    }

    @Test
    void whatWasWithdrawnWhileItWasTakenUpDoesNotComeBack() {
        shelf.uploaded.add(WEB);
        shelf.gate = new CompletableFuture<>();
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));
        world.says(tunnel, config(8, web("")));

        shelf.gate.complete(null);
        world.serial.run();

        assertThat(shelf.adopted).isEmpty();
    }

    @Test
    void nothingIsLeftOfWhatIsTakenUpWhileItsGatewayIsLeft() {
        shelf.uploaded.add(WEB);
        shelf.gate = new CompletableFuture<>();
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));
        world.role.requests().detachAll(GATEWAY);
        world.serial.run();

        shelf.gate.complete(null);
        world.serial.run();

        assertThat(shelf.adopted).isEmpty();
        assertThat(shelf.dropped).contains(GATEWAY.value());
    }

    @Test
    void aKeyIsTakenThoughItsChainCameWithoutItBefore() {
        FakeTunnel tunnel = attached(web("one"));
        Certificates without =
                new Certificates(WEB.value(), "ingress", "one", null, "CHAIN", "", "", List.of(), List.of());
        world.says(tunnel, without);
        world.says(
                tunnel, new Certificates(WEB.value(), "ingress", "one", "KEY", "CHAIN", "", "", List.of(), List.of()));
        assertThat(shelf.adopted.get(WEB).key()).isEqualTo("KEY");

        world.says(tunnel, without);
        assertThat(shelf.adopted.get(WEB).key()).isEqualTo("KEY");
    }

    @Test
    void whatAServerSendsIsBounded() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.says(
                tunnel,
                new Certificates(
                        WEB.value(), "ingress", "one", null, "", "x".repeat(65 << 20), "", List.of(), List.of()));

        assertThat(shelf.adopted).isEmpty();
        assertThat(tunnel.last(Applied.class).failures().get(0).text()).contains("more certificates than");
    }

    @Test
    void aKeyThatIsForClientsWithATokenOnlyIsNotAskedForInVain() {
        FakeTunnel tunnel = attached(web("one"));
        world.says(
                tunnel, new Certificates(WEB.value(), "ingress", "one", null, "CHAIN", "", "", List.of(), List.of()));

        assertThat(tunnel.count(Csr.class)).isZero();
    }

    @Test
    void namesThatChangeAreSignedAnew() {
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one", "app.example"));
        signs(tunnel);
        assertThat(tunnel.count(Csr.class)).isEqualTo(1);

        world.says(tunnel, config(8, web("two")));
        world.says(tunnel, trust(WEB, "ingress", "two", "other.example"));

        assertThat(tunnel.count(Csr.class)).isEqualTo(2);
    }

    // services that come and go

    @Test
    void aReplacedPkiIsGivenAgainWhatTheServerSent() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));
        FakeShelf successor = new FakeShelf();
        successor.uploaded.add(WEB);

        world.role.partRemoved(shelf).toCompletableFuture().join();
        world.role.partAdded(successor);
        world.serial.run();

        assertThat(successor.adopted).containsOnlyKeys(WEB);
        assertThat(tunnel.count(Csr.class)).isZero();
    }

    @Test
    void withoutPkiADestinationThatNeedsWhatTheServerSentIsLeftOut() {
        world.role.partRemoved(shelf).toCompletableFuture().join();
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));
        world.serial.advance(Duration.ofSeconds(2));
        assertThat(tunnel.last(Applied.class).failures().get(0).text()).contains("org.sallyport.pki does not run");

        shelf.uploaded.add(WEB);
        world.role.partAdded(shelf);
        world.serial.run();

        assertThat(tunnel.last(Applied.class).failures()).isEmpty();
    }

    @Test
    void aGatewayThatIsLeftLeavesNothingThatTheServerSent() {
        shelf.uploaded.add(WEB);
        FakeTunnel tunnel = attached(web("one"));
        world.says(tunnel, trust(WEB, "ingress", "one"));

        world.role.requests().detachAll(GATEWAY);
        world.serial.run();

        assertThat(shelf.adopted).isEmpty();
        assertThat(shelf.dropped).contains(GATEWAY.value());
    }

    @Test
    void aGatewayWhoseDestinationsWouldBeNamedAlikeIsNotAttached() {
        attached(web(""));
        String alike = GATEWAY.stem() + "_elsewhere";

        assertThatThrownBy(() -> {
                    var attach = world.role
                            .requests()
                            .attach("token " + alike, 1, null)
                            .toCompletableFuture();
                    world.serial.run();
                    attach.join();
                })
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Refusal.class)
                .hasMessageContaining("whose destinations are named");
    }

    // what expires

    @Test
    void whatExpiresSoonIsRemarkedExceptWhatTheServerSent() {
        CertificateFacts facts = new CertificateFacts(
                "CN=x", List.of(), "", "1", "", Instant.EPOCH, Instant.parse("2026-03-01T00:00:00Z"), "", false);
        shelf.uploaded.add(WEB);
        shelf.expiring = List.of(
                new CertificateView(WEB, CertificateRole.INGRESS_KEY, Origin.UPLOADED, facts),
                new CertificateView(VAULT, CertificateRole.RESOURCE_CAS, Origin.RECEIVED, facts));
        FakeTunnel tunnel = attached(web(""));

        assertThat(tunnel.last(Applied.class).remarks())
                .containsExactly(
                        new Applied.Remark(WEB.value(), "its ingress certificate ends at 2026-03-01T00:00:00Z"));
    }
}
