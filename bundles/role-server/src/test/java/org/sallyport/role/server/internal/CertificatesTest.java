// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.role.server.internal.ServerFixture.get;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.HeldLeg;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.Outcome;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.DestinationConfig;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Sign;

/** What clients are sent of certificates, and what is signed for them. */
@Timeout(30)
final class CertificatesTest {
    private ServerFixture fixture;
    private String gateway;
    private DestinationView cloud;
    private DestinationView onPremises;

    @BeforeEach
    void start() {
        fixture = new ServerFixture();
        gateway = fixture.gateway();
        cloud = get(fixture.destinations.create(fixture.draft(gateway, Direction.CLOUD, 12_000)))
                .value();
        onPremises = get(fixture.destinations.create(new DestinationService.Draft(
                        new GatewayId(gateway),
                        "vault",
                        Direction.ON_PREMISES,
                        "tcp",
                        HostPort.parse("vault.example:443"),
                        null,
                        DestinationOptions.DEFAULTS.withResourceTls(new ResourceTls(LegSecurity.MUTUAL, "", true)))))
                .value();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private TestClient attached() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        client.attach(fixture.token(gateway));
        return client;
    }

    private TestClient attachedWithoutToken() {
        String open = get(fixture.gateways.create("open", 0, false)).value().id();
        gateway = open;
        cloud = get(fixture.destinations.create(fixture.draft(open, Direction.CLOUD, 12_000)))
                .value();
        return fixture.transport.client(ServerFixture.KEY_A);
    }

    private static DestinationConfig of(Config config, DestinationView destination) {
        return config.destinations().stream()
                .filter(one -> one.id().equals(destination.id()))
                .findFirst()
                .orElseThrow();
    }

    // what is sent

    @Test
    void whatIsHeldForAClientsLegComesBehindTheConfigurationThatNamesIt() {
        fixture.held.hold(
                TestCertificates.key(cloud.id(), Leg.INGRESS, "one"),
                TestCertificates.trust(onPremises.id(), Leg.EGRESS, "two"),
                TestCertificates.key(onPremises.id(), Leg.INGRESS, "the server's own"));
        fixture.settle();
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        Attached attached = client.attach(fixture.token(gateway));

        assertThat(of(attached.config(), cloud).needs()).containsExactly(TunnelProtocol.CERTIFICATES);
        assertThat(of(attached.config(), cloud).options()).containsEntry(TunnelProtocol.CERTIFICATES, "one");
        assertThat(of(attached.config(), onPremises).options()).containsEntry(TunnelProtocol.CERTIFICATES, "two");
        List<Certificates> sent = List.of(client.next(Certificates.class), client.next(Certificates.class));
        assertThat(sent)
                .contains(
                        new Certificates(
                                cloud.id(), "ingress", "one", "KEY", "CHAIN", "ANCHORS", "", List.of(), List.of()),
                        new Certificates(
                                onPremises.id(), "egress", "two", null, "", "ANCHORS", "", List.of(), List.of()));
    }

    @Test
    void nothingIsSaidOfCertificatesWhereNoneAreHeld() {
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        Attached attached = client.attach(fixture.token(gateway));

        assertThat(of(attached.config(), cloud).needs()).isEmpty();
        assertThat(of(attached.config(), cloud).options()).isEmpty();
    }

    @Test
    void aChangeIsSentAloneAndIsInForceWhenTheClientHasAppliedIt() {
        fixture.held.hold(TestCertificates.trust(cloud.id(), Leg.INGRESS, "one"));
        fixture.settle();
        TestClient client = attached();
        client.next(Certificates.class);

        fixture.held.hold(
                TestCertificates.trust(cloud.id(), Leg.INGRESS, "one"),
                TestCertificates.trust(onPremises.id(), Leg.EGRESS, "two"));
        Outcome<DestinationView> outcome =
                get(fixture.destinations.certificatesChanged(new DestinationId(onPremises.id())));

        assertThat(outcome.warnings()).noneMatch(warning -> warning.contains("has not applied"));
        assertThat(of(client.next(Config.class), onPremises).options()).containsKey(TunnelProtocol.CERTIFICATES);
        assertThat(client.next(Certificates.class).destination()).isEqualTo(onPremises.id());
    }

    @Test
    void aClientThatShowedNoTokenIsGivenNoKey() {
        TestClient client = attachedWithoutToken();
        fixture.held.hold(TestCertificates.key(cloud.id(), Leg.INGRESS, "one"));
        fixture.settle();
        client.attach(Attach.withDescriptor(fixture.token(gateway), "laptop", "1.0"));

        Certificates sent = client.next(Certificates.class);

        assertThat(sent.key()).isNull();
        assertThat(sent.chain()).isEqualTo("CHAIN");
        assertThat(sent.toString()).doesNotContain("KEY");
        assertThat(answer(client, cloud, "ingress").text()).contains("attach with a token");
    }

    @Test
    void whatCannotBeReadIsNamedAndNeverSent() {
        fixture.held.hold(HeldLeg.unreadable(new DestinationId(cloud.id()), Leg.INGRESS));
        fixture.settle();
        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        Attached attached = client.attach(fixture.token(gateway));

        assertThat(of(attached.config(), cloud).options()).containsKey(TunnelProtocol.CERTIFICATES);
    }

    @Test
    void whileTheCertificatesAreAwayClientsKeepTheirs() {
        fixture.held.hold(TestCertificates.trust(cloud.id(), Leg.INGRESS, "one"));
        fixture.settle();
        fixture.certificates.unbindHeld(fixture.held);
        fixture.certificates.unbindIssuer(fixture.held);

        TestClient client = fixture.transport.client(ServerFixture.KEY_A);
        Attached attached = client.attach(fixture.token(gateway));

        assertThat(of(attached.config(), cloud).options()).containsEntry(TunnelProtocol.CERTIFICATES, "one");
        assertThat(client.next(Certificates.class).mark()).isEqualTo("one");
        assertThat(answer(client, cloud, "ingress").text()).contains("org.sallyport.pki does not run");
        assertThat(ServerFixture.refusal(fixture.destinations.certificatesChanged(new DestinationId(cloud.id()))))
                .hasMessageContaining("org.sallyport.pki does not run");
    }

    // what is signed

    private static Sign answer(TestClient client, DestinationView destination, String purpose) {
        client.send(new Csr(7, destination.id(), purpose, "PEM"));
        Sign answer = client.next(Sign.class);
        assertThat(answer.request()).isEqualTo(7);
        return answer;
    }

    @Test
    void aClientsKeyIsSignedForItsOwnLegAndForNamesThatTheServerChose() {
        TestClient client = attached();

        assertThat(answer(client, cloud, "ingress").pem()).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(answer(client, onPremises, "egress").text()).isEmpty();

        assertThat(fixture.held.signed)
                .containsExactly(
                        "ingress " + cloud.id() + " [localhost, 127.0.0.1, 0:0:0:0:0:0:0:1]",
                        "egress " + onPremises.id());
        Event.Changed told = fixture.events.next(Event.Changed.class);
        while (!told.action().equals("certificate:sign")) {
            told = fixture.events.next(Event.Changed.class);
        }
        assertThat(told.actor()).isEqualTo(ServerFixture.KEY_A);
    }

    @Test
    void nothingIsSignedThatIsNotTheClients() {
        String other = get(fixture.gateways.create("other", 90, true)).value().id();
        DestinationView foreign = get(fixture.destinations.create(fixture.draft(other, Direction.CLOUD, 12_000)))
                .value();
        DestinationView plain = fixture.destination(gateway);
        TestClient client = attached();

        assertThat(answer(client, foreign, "ingress").text()).contains("has no destination");
        assertThat(answer(client, cloud, "egress").text()).contains("has no destination");
        assertThat(answer(client, onPremises, "ingress").text()).contains("has no destination");
        assertThat(answer(client, plain, "egress").text()).contains("expected resource TLS mutual");
        assertThat(answer(client, cloud, "tunnel").text()).contains("expected ingress or egress");
        client.send(new Csr(8, "no destination", "ingress", "PEM"));
        assertThat(client.next(Sign.class).pem()).isNull();
        assertThat(fixture.held.signed).isEmpty();
    }

    @Test
    void whereACertificateWasUploadedNoOtherIsSigned() {
        fixture.held.hold(TestCertificates.key(cloud.id(), Leg.INGRESS, "one"));
        fixture.settle();

        assertThat(answer(attached(), cloud, "ingress").text()).contains("was uploaded");
        assertThat(fixture.held.signed).isEmpty();
    }

    @Test
    void whoShowedNoTokenGetsNothingThatResourcesWouldTakeForAProof() {
        TestClient client = attachedWithoutToken();
        onPremises = get(fixture.destinations.create(new DestinationService.Draft(
                        new GatewayId(gateway),
                        "vault",
                        Direction.ON_PREMISES,
                        "tcp",
                        HostPort.parse("vault.example:443"),
                        null,
                        DestinationOptions.DEFAULTS.withResourceTls(new ResourceTls(LegSecurity.MUTUAL, "", true)))))
                .value();
        client.attach(Attach.withDescriptor(fixture.token(gateway), "laptop", "1.0"));

        assertThat(answer(client, onPremises, "egress").text()).contains("showed no token");
        assertThat(answer(client, cloud, "ingress").pem()).isNotNull();
        assertThat(fixture.held.signed).hasSize(1);
    }

    @Test
    void aFloodOfRequestsCostsLittleAndTakesNothingFromOthers() {
        TestClient flooding = attached();
        for (int i = 0; i < 5; i++) {
            assertThat(answer(flooding, cloud, "ingress").pem()).isNotNull();
        }
        for (int i = 0; i < 50; i++) {
            assertThat(answer(flooding, cloud, "ingress").text()).contains("too many requests within a minute");
        }
        assertThat(fixture.held.signed).hasSize(5);
        TestClient other = fixture.transport.client(ServerFixture.KEY_B);
        other.attach(fixture.token(gateway));
        assertThat(answer(other, cloud, "ingress").pem()).isNotNull();
    }

    @Test
    void onlySoManyRequestsOfAClientAreSignedAtOnce() {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        fixture.held.gate = gate;
        TestClient client = attached();
        for (int i = 0; i < 4; i++) {
            DestinationView another = get(fixture.destinations.create(
                            fixture.draft(gateway, Direction.CLOUD, 12_001 + i)))
                    .value();
            for (int j = 0; j < 4; j++) {
                client.send(new Csr(i * 4 + j, another.id(), "ingress", "PEM"));
            }
        }
        assertThat(answer(client, cloud, "ingress").text()).startsWith("16 requests");
        gate.complete(null);
        for (int i = 0; i < 16; i++) {
            assertThat(client.next(Sign.class).pem()).isNotNull();
        }
        assertThat(answer(client, cloud, "ingress").pem()).isNotNull();
    }

    // what expires

    @Test
    void whatExpiresWithinAMonthIsShownWithTheDestination() {
        TestClient client = attached();
        client.send(new Listeners(List.of(new Listeners.Port(cloud.id(), "listening", "127.0.0.1", 12_000, ""))));
        get(fixture.destinations.await(new DestinationId(cloud.id()), "listening", Duration.ofSeconds(5)));
        assertThat(fixture.show(cloud).cause()).isEmpty();
        fixture.held.hold(new HeldLeg(
                new DestinationId(cloud.id()),
                Leg.EGRESS,
                null,
                true,
                fixture.now.get().plus(Duration.ofDays(29)),
                CertificateRole.RESOURCE_CAS));
        fixture.settle();

        assertThat(fixture.show(cloud).cause())
                .isEqualTo("its resource-cas certificate expires at 2026-06-30T12:00:00Z, destination:cert "
                        + cloud.id() + " replaces it");
        fixture.now.set(fixture.now.get().plus(Duration.ofDays(30)));
        assertThat(fixture.show(cloud).cause()).contains("expired at");
        fixture.now.set(fixture.now.get().minus(Duration.ofDays(40)));
        assertThat(fixture.show(cloud).cause()).isEmpty();
    }

    @Test
    void whatExpiresAtAClientIsShownAndIsNotHealthy() {
        TestClient client = attached();
        client.remarks(new Applied.Remark(cloud.id(), "its ingress certificate ends soon"));
        client.send(new Listeners(List.of(new Listeners.Port(cloud.id(), "listening", "127.0.0.1", 12_000, ""))));
        get(fixture.destinations.await(new DestinationId(cloud.id()), "listening", Duration.ofSeconds(5)));
        fixture.settle();

        String expected = "at client " + client.id() + ": its ingress certificate ends soon";
        assertThat(fixture.show(cloud).cause()).isEqualTo(expected);
        DestinationsHealth health = new DestinationsHealth(() -> fixture.server);
        assertThat(health.check().healthy()).isFalse();
        assertThat(health.check().text()).isEqualTo(cloud.id() + ": " + expected);
    }
}
