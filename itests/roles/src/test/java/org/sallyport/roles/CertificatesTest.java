// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.CertificateIssuer;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayService;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;
import org.sallyport.wire.control.Csr;
import org.sallyport.wire.control.Sign;

/** Whatever a destination's certificates are, all is done at the server: nobody gives a command at a client. */
@Timeout(120)
final class CertificatesTest {
    @RegisterExtension
    private final Site site = new Site();

    private CertificateIssuer issuer() {
        return site.server().get(CertificateIssuer.class);
    }

    private DestinationCertificates certificates() {
        return site.server().get(DestinationCertificates.class);
    }

    private DestinationView cloud(GatewayId gateway, String protocol) {
        return Node.changed(site.server()
                .get(DestinationService.class)
                .create(new DestinationService.Draft(
                        gateway,
                        "outward",
                        Direction.CLOUD,
                        protocol,
                        site.resource().address(),
                        Ports.free(),
                        DestinationOptions.DEFAULTS)));
    }

    private DestinationView toResource(Resource resource) {
        site.server().allow(site.gateway(), resource.address());
        return site.server()
                .onPremises(
                        site.gateway(),
                        "vault",
                        resource.address(),
                        DestinationOptions.DEFAULTS.withResourceTls(
                                new ResourceTls(LegSecurity.MUTUAL, "vault.example", true)));
    }

    private static DestinationId id(DestinationView destination) {
        return new DestinationId(destination.id());
    }

    /** What was changed is in force at all clients. */
    private void settle(DestinationView destination) {
        assertThat(Node.done(site.server().get(DestinationService.class).certificatesChanged(id(destination)))
                        .warnings())
                .noneMatch(warning -> warning.contains("has not applied"));
    }

    private static CertificateUpload pem(KeyMaterial key) {
        StringBuilder text = new StringBuilder(block("PRIVATE KEY", key.key().getEncoded()));
        key.chain().forEach(certificate -> text.append(pem(certificate)));
        return CertificateUpload.of(text.toString().getBytes(US_ASCII));
    }

    private static String pem(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String block(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }

    // the application's leg at the client

    @Test
    void aCloudDestinationShowsACertificateOfTheServersCaWithoutAStepAtTheClient() {
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        DestinationView outward = cloud(site.gateway(), "tls");
        HostPort port =
                ServerNode.local(site.server().await(outward, "listening").listen());
        TlsEnd application = TlsEnd.trusting(issuer().ingressAuthority());

        assertThat(application.ask(port, "localhost", "hello")).isEqualTo("office\nhello");
        assertThat(application.ask(port, "127.0.0.1", "hello")).isEqualTo("office\nhello");
        X509Certificate first = application.shown(port, "localhost");
        assertThat(Node.done(client.get(DestinationCertificates.class).list(id(outward))))
                .extracting(CertificateView::origin)
                .containsExactly(Origin.REQUESTED);
        assertThat(Node.done(certificates().list(id(outward)))).isEmpty();

        // another name is another certificate, a reconnect is none
        Node.done(issuer().nameIngress(id(outward), CertificateNames.of("app.example")));
        settle(outward);
        awaitAnswer(application, port, "app.example");
        X509Certificate second = application.shown(port, "app.example");
        assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
        int attached = client.count(Event.Attached.class);
        site.restartServer(
                Map.of("tunnel.port", String.valueOf(site.server().tunnel().port())));
        client.await(Event.Attached.class, attached, event -> true);
        assertThat(application.shown(port, "app.example")).isEqualTo(second);
    }

    @Test
    void whatAnApplicationWasIssuedAtTheServerOpensTheClientsPortUntilItIsRevoked() {
        site.client("client").attach(site.token(), site.server().tunnel());
        DestinationView outward = cloud(site.gateway(), "tls-mutual");
        DestinationView other = cloud(site.gateway(), "tls-mutual");
        site.server().await(outward, "failed");
        assertThat(site.server()
                        .get(DestinationService.class)
                        .show(id(outward))
                        .toCompletableFuture()
                        .join()
                        .cause())
                .contains("no application's certificate can be verified");
        ApplicationCredentials one = Node.done(issuer().issueApplication(id(outward), "one", Duration.ofDays(9), null));
        ApplicationCredentials two = Node.done(issuer().issueApplication(id(other), "two", Duration.ofDays(9), null));
        settle(outward);
        settle(other);
        HostPort port =
                ServerNode.local(site.server().await(outward, "listening").listen());
        TlsEnd application = TlsEnd.of(one, issuer().ingressAuthority());

        assertThat(application.ask(port, "localhost", "hello")).isEqualTo("office\nhello");
        assertThat(TlsEnd.of(two, issuer().ingressAuthority()).ask(port, "localhost", "x"))
                .isEmpty();
        assertThat(TlsEnd.trusting(issuer().ingressAuthority()).ask(port, "localhost", "x"))
                .isEmpty();

        Node.done(issuer().revoke(id(outward), one.certificate().facts().serial()));
        settle(outward);
        awaitRefused(application, port);
    }

    /** The data plane makes its context anew soon after it was told. */
    private static void awaitRefused(TlsEnd application, HostPort port) {
        long end = System.nanoTime() + Node.LIMIT.toNanos();
        while (!application.ask(port, "localhost", "x").isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    private static void awaitAnswer(TlsEnd application, HostPort port, String name) {
        long end = System.nanoTime() + Node.LIMIT.toNanos();
        while (!application.ask(port, name, "x").equals("office\nx")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    @Test
    void aKeyThatWasUploadedAtTheServerIsShownByClientsThatShowedAToken() {
        TestAuthority authority = new TestAuthority("organization");
        KeyMaterial key = authority.issue("app.example");
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        DestinationView outward = cloud(site.gateway(), "tls");
        Node.done(certificates().upload(id(outward), CertificateRole.INGRESS_KEY, pem(key)));
        settle(outward);
        HostPort port =
                ServerNode.local(site.server().await(outward, "listening").listen());

        TlsEnd application = TlsEnd.trusting(authority.certificate());
        awaitAnswer(application, port, "app.example");
        assertThat(Node.done(client.get(DestinationCertificates.class).list(id(outward))))
                .extracting(CertificateView::origin)
                .contains(Origin.RECEIVED);
    }

    @Test
    void aClientThatShowedNoTokenGetsNoKeyAndSaysWhy() {
        GatewayId open =
                new GatewayId(Node.done(site.server().get(GatewayService.class).create("open", 0, false))
                        .value()
                        .id());
        DestinationView outward = cloud(open, "tls");
        Node.done(certificates()
                .upload(
                        id(outward),
                        CertificateRole.INGRESS_KEY,
                        pem(new TestAuthority("organization").issue("app.example"))));
        settle(outward);
        String descriptor = Node.done(site.server().get(GatewayService.class).token(open, false, null))
                .value();
        site.client("client").attach(descriptor, site.server().tunnel());

        DestinationView failed = site.server().await(outward, "failed");

        assertThat(failed.cause()).contains("to clients with a token only");
    }

    // the resource's leg at the client

    @Test
    void aClientShowsResourcesACertificateOfItsOwnKeyAndTrustsWhomTheServerSays() {
        TestAuthority organization = new TestAuthority("organization");
        AtomicReference<List<X509Certificate>> seen = new AtomicReference<>();
        TlsEnd vault = TlsEnd.of(organization.issue("vault.example"), Node.done(issuer().egressAuthority()));
        DestinationView inward = toResource(site.ending(vault.resource(seen)));
        Node.done(certificates()
                .upload(
                        id(inward),
                        CertificateRole.RESOURCE_CAS,
                        CertificateUpload.of(pem(organization.certificate()).getBytes(US_ASCII))));
        ClientNode client = site.client("client");
        client.attach(site.token(), site.server().tunnel());
        HostPort port = site.listening(inward);

        assertThat(ask(port)).isEqualTo("office\nx");
        assertThat(seen.get().get(0).getSubjectX500Principal().getName()).isEqualTo("CN=" + inward.id());

        // whom it trusts is the server's to say, at once
        Node.done(certificates()
                .upload(
                        id(inward),
                        CertificateRole.RESOURCE_CAS,
                        CertificateUpload.of(
                                pem(new TestAuthority("stranger").certificate()).getBytes(US_ASCII))));
        settle(inward);
        long end = System.nanoTime() + Node.LIMIT.toNanos();
        while (!ask(port).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    /** {@return what the resource says; empty when it is not reached. The end comes last: TLS ends both ways with it} */
    private static String ask(HostPort port) {
        try (Conversation application = Conversation.connect(port)) {
            return application.send("x").receive("office\nx".length());
        } catch (IOException | AssertionError e) {
            return "";
        }
    }

    // those who ask for what is not theirs

    @Test
    void whoAsksForWhatIsNotTheirsGetsNothingAndDisturbsNobody() {
        Victim victim;
        try {
            victim = new Victim(site);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        DestinationView foreign = cloud(site.gateway(), "tls");
        RawPeer peer = victim.attached();
        peer.say(new Csr(1, foreign.id(), "ingress", "PEM"));
        assertThat(peer.hear(Sign.class).text()).contains("has no destination");
        int asked = 1;
        for (int burst = 0; burst < 33; burst++) {
            // so many fit into the half of the window that is always open
            for (int i = 0; i < 6; i++) {
                asked++;
                peer.say(new Csr(asked, victim.echo(), "ingress", "x".repeat(5_000)));
            }
            int answers = asked;
            peer.await("all answers", () -> peer.heard(Sign.class) == answers ? true : null);
        }
        site.server().await(foreign, "listening");
        // one that is too long is no message
        peer.say(new Csr(1000, victim.echo(), "ingress", "x".repeat(66_000)));
        peer.awaitEnd();
        victim.assertUnharmed();
    }
}
