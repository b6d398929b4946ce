// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.pki.internal.DestinationCertificatesTest.keyFile;
import static org.sallyport.pki.internal.DestinationCertificatesTest.material;
import static org.sallyport.pki.internal.Shelf.ONE;
import static org.sallyport.pki.internal.Shelf.TWO;
import static org.sallyport.pki.internal.Shelf.await;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.GatewayId;
import org.sallyport.api.pki.CarriedLeg;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.HeldCertificates;
import org.sallyport.api.pki.HeldLeg;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;

/** What one end holds for the other, from the server's store to the client's legs. */
@Timeout(60)
class ReceivedLegsTest {
    private static final GatewayId GATEWAY = new GatewayId("qsn47KM8iTa_local");

    private final Made root = Made.ca("root");
    private final Made end = Made.of("end", wish -> wish.by(root));
    private final Shelf server = new Shelf();
    private final AuthorizedIssuer issuer = server.issuer();
    private final HeldLegs held = new HeldLegs(server.shelf);

    private Shelf client = new Shelf();

    @AfterEach
    void stop() {
        client.close();
        issuer.stop();
        held.stop();
        server.close();
    }

    private CarriedLeg carried(Leg leg) {
        return await(held.now()).stream()
                .filter(one -> one.destination().equals(ONE) && one.leg() == leg)
                .map(HeldLeg::carried)
                .findFirst()
                .orElseThrow();
    }

    private static CarriedLeg nothingBut(Leg leg, String key, String chain, String anchors, List<String> serials) {
        return new CarriedLeg(ONE, leg, "m", key, chain, anchors, "", serials, List.of());
    }

    @Test
    void whatWasUploadedAtTheServerIsWhatTheClientsLegHasAndNeverStoredThere() {
        await(server.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        await(server.certificates.upload(ONE, CertificateRole.APPLICATION_CAS, CertificateUpload.of(root.der())));
        String serial = await(issuer.issueApplication(ONE, "app", Duration.ofDays(9), null))
                .certificate()
                .facts()
                .serial();
        LegMaterial there = await(server.shelf.read(ONE, Leg.INGRESS));

        await(client.certificates.adopt(carried(Leg.INGRESS)));

        LegMaterial here = await(client.shelf.read(ONE, Leg.INGRESS));
        assertThat(here.sameAs(there)).isTrue();
        assertThat(here.trust().serials()).containsExactly(new BigInteger(serial, 16));
        assertThat(await(client.certificates.list(ONE)))
                .extracting(CertificateView::origin)
                .containsExactly(Origin.RECEIVED, Origin.RECEIVED);
        assertThat(client.secrets.stored.values())
                .noneMatch(secret -> new String(secret, java.nio.charset.StandardCharsets.US_ASCII).contains("KEY"));
    }

    @Test
    void eachChangeHasAnotherMarkAndARevocationTakesTheSerialAway() {
        String serial = await(issuer.issueApplication(ONE, "app", Duration.ofDays(9), null))
                .certificate()
                .facts()
                .serial();
        CarriedLeg before = carried(Leg.INGRESS);
        assertThat(before.serials()).containsExactly(serial);

        await(issuer.revoke(ONE, serial));

        CarriedLeg after = carried(Leg.INGRESS);
        assertThat(after.serials()).isEmpty();
        assertThat(after.mark()).isNotEqualTo(before.mark());
        await(client.certificates.adopt(after));
        LegMaterial here = await(client.shelf.read(ONE, Leg.INGRESS));
        assertThat(here.trust().anchors()).hasSize(1);
        assertThat(here.trust().serials()).isEmpty();
    }

    @Test
    void aKeyThatWasIssuedOrMadeHereIsNotForTheOtherEnd() {
        await(issuer.issueIngress(ONE, CertificateNames.of("db.example")));
        assertThat(await(held.now())).extracting(HeldLeg::carried).containsOnlyNulls();
        assertThat(await(held.now())).extracting(HeldLeg::first).containsExactly(CertificateRole.INGRESS_KEY);
        signed(server, CertificateNames.LOCAL);
        assertThat(await(held.now())).extracting(HeldLeg::carried).containsOnlyNulls();
    }

    @Test
    void aWatcherHearsOfEachChangeOfAnyDestination() throws InterruptedException {
        List<List<HeldLeg>> told = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch both = new CountDownLatch(1);
        held.watch(legs -> {
            told.add(legs);
            if (legs.size() == 2) {
                both.countDown();
            }
        });
        await(server.certificates.upload(ONE, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));
        await(server.certificates.upload(TWO, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));

        assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(told.get(0)).isEmpty();
    }

    @Test
    void whatCannotBeReadIsToldAsSuch() {
        await(server.certificates.upload(ONE, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));
        server.secrets.stored.put(StoredForm.name(ONE), new byte[] {1});
        Shelf again = server.reopened();
        HeldCertificates legs = new HeldLegs(again.shelf);

        assertThat(await(legs.now()))
                .containsExactly(HeldLeg.unreadable(ONE, Leg.INGRESS), HeldLeg.unreadable(ONE, Leg.EGRESS));
        again.close();
    }

    @Test
    void aKeyOfThisEndStaysWhenTheOtherEndSendsNone() {
        await(client.certificates.upload(ONE, CertificateRole.EGRESS_KEY, keyFile(end)));
        await(client.certificates.adopt(nothingBut(Leg.EGRESS, null, "", root.pem(), List.of())));

        LegMaterial leg = await(client.shelf.read(ONE, Leg.EGRESS));
        assertThat(leg.key()).isEqualTo(material(end));
        assertThat(leg.trust().anchors()).containsExactly(root.certificate());
    }

    @Test
    void whatMakesNoSenseIsRefusedAndChangesNothing() {
        String key = end.keyPem();
        for (CarriedLeg wrong : List.of(
                nothingBut(Leg.INGRESS, "rubbish", end.pem(), "", List.of()),
                nothingBut(Leg.INGRESS, key, "", "", List.of()),
                nothingBut(Leg.INGRESS, key, root.pem(), "", List.of()),
                nothingBut(
                        Leg.INGRESS,
                        null,
                        "",
                        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                        List.of()),
                nothingBut(Leg.INGRESS, null, "", key, List.of()),
                nothingBut(Leg.INGRESS, null, "", "x".repeat(2_000_000), List.of()),
                new CarriedLeg(ONE, Leg.INGRESS, "m", null, "", "", root.pem(), List.of("no serial"), List.of()),
                new CarriedLeg(
                        ONE, Leg.INGRESS, "m", null, "", "", root.pem(), Collections.nCopies(1001, "1"), List.of()))) {
            assertThatThrownBy(() -> await(client.certificates.adopt(wrong)))
                    .isInstanceOf(CertificateFileException.class)
                    .message()
                    .doesNotContain("MII");
        }
        assertThat(await(client.certificates.list(ONE))).isEmpty();
    }

    @Test
    void afterANewStartALegIsToldOnlyWhenWhatWasSentHasComeAgain() throws Exception {
        await(client.certificates.upload(ONE, CertificateRole.EGRESS_KEY, keyFile(end)));
        CarriedLeg sent = nothingBut(Leg.EGRESS, null, "", root.pem(), List.of());
        await(client.certificates.adopt(sent));
        client = client.reopened();
        List<LegMaterial> told = Collections.synchronizedList(new ArrayList<>());
        client.shelf.watch(ONE, Leg.EGRESS, told::add);
        assertThat(await(client.certificates.list(ONE))).hasSize(1);
        assertThat(told).isEmpty();

        await(client.certificates.adopt(sent));

        assertThat(told).hasSize(1);
        assertThat(told.get(0).trust().anchors()).containsExactly(root.certificate());
    }

    @Test
    void whatIsNotWantedAnyMoreGoesAndWhatSomebodyUploadedStays() {
        await(client.certificates.upload(ONE, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));
        await(client.certificates.adopt(nothingBut(Leg.EGRESS, null, "", end.pem(), List.of())));
        signed(client, CertificateNames.LOCAL);
        assertThat(await(client.certificates.list(ONE))).hasSize(3);

        await(client.certificates.keepOnly(GATEWAY, Set.of(ONE), Set.of(ONE)));
        assertThat(await(client.certificates.list(ONE))).hasSize(3);
        await(client.certificates.keepOnly(GATEWAY, Set.of(), Set.of(ONE)));
        assertThat(await(client.certificates.list(ONE)))
                .extracting(CertificateView::origin)
                .containsExactly(Origin.REQUESTED, Origin.UPLOADED);
        await(client.certificates.keepOnly(new GatewayId("Bsn47KM8iTa_local"), Set.of(), Set.of()));
        assertThat(await(client.certificates.list(ONE))).hasSize(2);
        await(client.certificates.keepOnly(GATEWAY, Set.of(), Set.of()));
        assertThat(await(client.certificates.list(ONE)))
                .extracting(CertificateView::origin)
                .containsExactly(Origin.UPLOADED);
        await(client.certificates.adopt(nothingBut(Leg.EGRESS, null, "", end.pem(), List.of())));
        await(client.certificates.dropReceived(GATEWAY));
        assertThat(await(client.certificates.list(ONE))).hasSize(1);
    }

    /** Has a key made at an end and signed by the server. */
    private void signed(Shelf at, CertificateNames names) {
        byte[] request = await(at.certificates.requestIfDue(ONE, Leg.INGRESS, List.of()));
        if (request == null) {
            request = await(at.certificates.request(ONE, Leg.INGRESS));
        }
        var chain = await(issuer.signIngress(ONE, names, request));
        await(at.certificates.install(
                ONE,
                Leg.INGRESS,
                CertificateUpload.of(
                        new Made(end.pair(), chain.get(0)).der(), new Made(end.pair(), chain.get(1)).der())));
    }

    @Test
    void aCertificateIsAskedForOnceAndAgainBeforeItEndsOrWhenItsNamesChange() {
        List<String> local = CertificateNames.LOCAL.names();
        signed(client, CertificateNames.LOCAL);
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, List.of())))
                .isNull();
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, local)))
                .isNull();
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, List.of("LOCALHOST", "::1", "127.0.0.1"))))
                .isNull();
        client = client.reopened();
        client.clock.now = Made.NOW;
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, local)))
                .isNull();

        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, List.of("app.example"))))
                .isNotNull();
        client.clock.now = Made.NOW.plus(Duration.ofDays(397 - 60));
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, local)))
                .isNotNull();
    }

    @Test
    void noCertificateIsAskedForWhereSomebodyGaveOne() {
        await(client.certificates.upload(ONE, CertificateRole.EGRESS_KEY, keyFile(end)));
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.EGRESS, List.of())))
                .isNull();
        await(client.certificates.adopt(nothingBut(Leg.INGRESS, end.keyPem(), end.pem(), "", List.of())));
        assertThat(await(client.certificates.requestIfDue(ONE, Leg.INGRESS, List.of())))
                .isNull();
        assertThat(await(client.certificates.requestIfDue(TWO, Leg.INGRESS, List.of())))
                .isNotNull();
    }

    @Test
    void namesOfClientsCertificatesAreKeptAndTravel() {
        assertThat(await(issuer.namesOfIngress(ONE))).isEqualTo(CertificateNames.LOCAL);
        await(issuer.nameIngress(ONE, new CertificateNames(List.of("app.example", "*.app.example", "::1"), true)));

        assertThat(carried(Leg.INGRESS).names()).containsExactly("app.example", "*.app.example", "0:0:0:0:0:0:0:1");
        Shelf again = server.reopened();
        AuthorizedIssuer anew = again.issuer();
        assertThat(await(anew.namesOfIngress(ONE)).names())
                .containsExactly("app.example", "*.app.example", "0:0:0:0:0:0:0:1");
        anew.stop();
        again.close();
    }

    @Test
    void noSecretIsShown() {
        CarriedLeg leg = nothingBut(Leg.INGRESS, end.keyPem(), end.pem(), "", List.of());
        assertThat(leg.toString()).isEqualTo("CarriedLeg[" + ONE + " ingress m]");
        assertThat(leg.withoutKey().key()).isNull();
    }
}
