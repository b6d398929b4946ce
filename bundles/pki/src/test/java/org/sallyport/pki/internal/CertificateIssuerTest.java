// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.pki.internal.Shelf.ONE;
import static org.sallyport.pki.internal.Shelf.TWO;
import static org.sallyport.pki.internal.Shelf.await;

import java.security.PrivateKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.pki.ApplicationCertificate;
import org.sallyport.api.pki.ApplicationCredentials;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.PeerTrust;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.service.Refusal;

@Timeout(60)
class CertificateIssuerTest {
    private static final CertificateNames NAMES =
            new CertificateNames(List.of("gw.example.com", "10.0.0.1", "2001:db8::1", "*.apps.example.com"), true);

    private Shelf here = new Shelf();
    private AuthorizedIssuer issuer = here.issuer();

    @AfterEach
    void stop() {
        issuer.stop();
        here.close();
    }

    @Test
    void anIngressCertificateHasTheNamesThatWereAskedForAndIsForServers() throws Exception {
        List<CertificateView> views = await(issuer.issueIngress(ONE, NAMES));

        assertThat(views).singleElement().satisfies(view -> {
            assertThat(view.origin()).isEqualTo(Origin.ISSUED);
            assertThat(view.facts().names())
                    .containsExactly("gw.example.com", "10.0.0.1", "2001:db8:0:0:0:0:0:1", "*.apps.example.com");
        });
        reopen();
        KeyMaterial material = ingress();
        X509Certificate certificate = material.certificate();
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(Duration.between(
                        certificate.getNotBefore().toInstant(),
                        certificate.getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(397));
        assertThat(material.chain()).hasSize(2).endsWith(issuer.ingressAuthority());
        assertLeadsTo(issuer.ingressAuthority(), certificate);
    }

    @Test
    void anIngressCertificateIsRenewedForItsNamesBeforeItExpires() {
        await(issuer.issueIngress(ONE, NAMES));
        KeyMaterial first = ingress();
        Instant end = first.certificate().getNotAfter().toInstant();

        here.clock.now = end.minus(Duration.ofDays(60));
        assertThat(await(issuer.renew())).isZero();
        here.clock.now = end.minus(Duration.ofDays(60)).plusSeconds(1);
        assertThat(await(issuer.renew())).isOne();
        assertThat(await(issuer.renew())).isZero();

        reopen();
        KeyMaterial second = ingress();
        assertThat(second.certificate().getPublicKey())
                .isNotEqualTo(first.certificate().getPublicKey());
        assertThat(Facts.names(second.certificate())).isEqualTo(Facts.names(first.certificate()));
        assertThat(await(here.certificates.list(ONE)))
                .extracting(CertificateView::origin)
                .containsExactly(Origin.ISSUED);
        assertThat(await(here.certificates.expiring(Duration.ofDays(30)))).isEmpty();
    }

    @Test
    void aKeyForTheServersOwnEgressIsMadeOnceAndRenewed() throws Exception {
        assertThat(await(issuer.provideEgress(ONE))).isTrue();
        assertThat(await(issuer.provideEgress(ONE))).isFalse();
        reopen();
        KeyMaterial first = egress();
        X509Certificate certificate = first.certificate();
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + ONE);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertLeadsTo(await(issuer.egressAuthority()), certificate);

        here.clock.now =
                certificate.getNotAfter().toInstant().minus(Duration.ofDays(60)).plusSeconds(1);
        assertThat(await(issuer.renew())).isOne();
        assertThat(egress().certificate().getPublicKey()).isNotEqualTo(certificate.getPublicKey());
        assertThat(egress().certificate().getSubjectX500Principal()).isEqualTo(certificate.getSubjectX500Principal());
        assertLeadsTo(await(issuer.egressAuthority()), egress().certificate());
    }

    @Test
    void noKeyIsMadeForAnEgressThatHasOne() {
        Made made = Made.of("end", wish -> wish);
        await(here.certificates.upload(ONE, CertificateRole.EGRESS_KEY, DestinationCertificatesTest.keyFile(made)));

        assertThat(await(issuer.provideEgress(ONE))).isFalse();
        assertThat(egress().certificate()).isEqualTo(made.certificate());
    }

    private KeyMaterial egress() {
        return Objects.requireNonNull(await(here.shelf.read(ONE, Leg.EGRESS)).key());
    }

    @Test
    void whatWasUploadedIsNotRenewed() {
        Made made = Made.of("end", wish -> wish);
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, DestinationCertificatesTest.keyFile(made)));
        here.clock.now = Made.NOW.plus(Duration.ofDays(99));

        assertThat(await(issuer.renew())).isZero();
        assertThat(ingress().certificate()).isEqualTo(made.certificate());
    }

    @Test
    void aRenewalThatCannotBeStoredIsTriedAgain() {
        await(issuer.issueIngress(ONE, NAMES));
        here.clock.now = Made.NOW.plus(Duration.ofDays(390));
        here.secrets.failure = new RegistryException("no space left");

        assertThatThrownBy(() -> await(issuer.renew())).hasMessageContaining("no space left");
        here.secrets.failure = null;
        assertThat(await(issuer.renew())).isOne();
    }

    @Test
    void anApplicationIsGivenItsKeyOnceAndOnlyFactsStay() throws Exception {
        ApplicationCredentials given = await(issuer.issueApplication(ONE, "Müller, \"B\" + C=D", days(90), null));

        KeyMaterial pem = CertificateFiles.keyAndChain(CertificateUpload.of(given.pem()), Leg.EGRESS, here.clock.now);
        KeyMaterial pkcs12 = CertificateFiles.keyAndChain(
                CertificateUpload.of(given.pkcs12()).withPassphrase(given.passphrase()), Leg.EGRESS, here.clock.now);
        assertThat(pkcs12).isEqualTo(pem);
        assertThat(given.passphrase()).hasSize(20);
        assertThat(given.toString()).doesNotContain(given.passphrase());
        assertThat(pem.certificate().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(Facts.of(pem.certificate())).isEqualTo(given.certificate().facts());
        assertThat(pem.certificate().getSubjectX500Principal().getName()).contains("Müller\\, \\\"B\\\"");
        for (byte[] stored : here.secrets.stored.values()) {
            assertThat(holds(stored, pem.key())).isFalse();
        }
        assertLeadsTo(pem.chain().get(1), pem.certificate());
        reopen();
        assertThat(await(issuer.applications(ONE))).containsExactly(given.certificate());
        assertThat(await(issuer.applications(TWO))).isEmpty();
    }

    @Test
    void onlyWhatWasIssuedForADestinationAndIsNotRevokedIsAcceptedThere() {
        ApplicationCredentials one = await(issuer.issueApplication(ONE, "one", days(90), "a passphrase"));
        ApplicationCredentials two = await(issuer.issueApplication(ONE, "two", days(90), null));
        ApplicationCredentials elsewhere = await(issuer.issueApplication(TWO, "three", days(90), null));
        Made foreign = Made.of("foreign", wish -> wish);

        PeerTrust trust = trust();
        assertThat(trust.anchors()).containsExactly(Objects.requireNonNull(trust.issuer()));
        assertThat(trust.accepts(certificate(one))).isTrue();
        assertThat(trust.accepts(certificate(two))).isTrue();
        assertThat(trust.accepts(certificate(elsewhere))).isFalse();
        assertThat(trust.accepts(foreign.certificate())).isTrue();

        ApplicationCertificate revoked =
                await(issuer.revoke(ONE, one.certificate().facts().serial()));
        assertThat(revoked.revoked()).isEqualTo(here.clock.now);
        here.clock.now = here.clock.now.plusSeconds(60);
        assertThat(await(issuer.revoke(ONE, one.certificate().facts().serial())))
                .isEqualTo(revoked);
        reopen();
        assertThat(trust().accepts(certificate(one))).isFalse();
        assertThat(trust().accepts(certificate(two))).isTrue();
        assertThat(await(issuer.applications(ONE)))
                .extracting(ApplicationCertificate::revoked)
                .containsExactly(revoked.revoked(), null);

        await(issuer.revoke(ONE, two.certificate().facts().serial()));
        assertThat(trust().issuer()).isNotNull();
        assertThat(trust().accepts(certificate(two))).isFalse();
    }

    @Test
    void anUnknownSerialCannotBeRevoked() {
        assertThatThrownBy(() -> await(issuer.revoke(ONE, "77\n")))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no certificate with the serial '77\uFFFD' was issued for it");
    }

    @Test
    void ourOwnCaCannotBeUploadedToLetEveryApplicationIn() {
        ApplicationCredentials given = await(issuer.issueApplication(TWO, "one", days(1), null));
        X509Certificate ours = CertificateFiles.keyAndChain(
                        CertificateUpload.of(given.pem()), Leg.EGRESS, here.clock.now)
                .chain()
                .get(1);

        assertThatThrownBy(() -> await(here.certificates.upload(
                        ONE, CertificateRole.APPLICATION_CAS, CertificateUpload.of(ours.getEncoded()))))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("this is the CA of this server itself");
    }

    @Test
    void whatExpiredLongAgoLeavesTheList() {
        await(issuer.issueApplication(ONE, "old", days(1), null));
        here.clock.now = Made.NOW.plus(days(32));
        await(issuer.issueApplication(ONE, "new", days(1), null));

        assertThat(await(issuer.applications(ONE)))
                .extracting(certificate -> certificate.facts().subject())
                .containsExactly("CN=new");
    }

    @ParameterizedTest
    @CsvSource({
        "'',90,long enough",
        "' a',90,long enough",
        "a,0,long enough",
        "a,397,long enough",
        "a,90,xyz",
        "a,90,nicht-müde"
    })
    void wishesThatCannotBeIssuedAreRefused(String name, int days, String passphrase) {
        assertThatThrownBy(() -> issuer.issueApplication(ONE, name, days(days), passphrase))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected")
                .hasMessageNotContaining(passphrase.equals("long enough") ? "\u0000" : passphrase);
    }

    private PeerTrust trust() {
        return await(here.shelf.read(ONE, Leg.INGRESS)).trust();
    }

    private KeyMaterial ingress() {
        return Objects.requireNonNull(await(here.shelf.read(ONE, Leg.INGRESS)).key());
    }

    private void reopen() {
        issuer.stop();
        Instant now = here.clock.now;
        here = here.reopened();
        here.clock.now = now;
        issuer = here.issuer();
    }

    private X509Certificate certificate(ApplicationCredentials given) {
        return CertificateFiles.keyAndChain(CertificateUpload.of(given.pem()), Leg.EGRESS, here.clock.now)
                .certificate();
    }

    private static boolean holds(byte[] stored, PrivateKey key) {
        Set<String> lines = new HashSet<>(
                Made.block("PRIVATE KEY", key.getEncoded()).lines().toList());
        lines.removeIf(line -> line.startsWith("-----"));
        return new String(stored, US_ASCII).lines().anyMatch(lines::contains);
    }

    private static Duration days(int count) {
        return Duration.ofDays(count);
    }

    private void assertLeadsTo(X509Certificate authority, X509Certificate certificate) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(here.clock.now));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
    }
}
