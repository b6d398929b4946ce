// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.sallyport.pki.internal.Made.block;
import static org.sallyport.pki.internal.Made.bytes;
import static org.sallyport.pki.internal.Shelf.ONE;
import static org.sallyport.pki.internal.Shelf.await;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateFileException.Problem;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.service.Refusal;

@Timeout(60)
class CertificateRequestTest {
    private static final CertificateNames NAMES = CertificateNames.of("db.internal", "10.1.2.3");

    private final Shelf server = new Shelf();
    private final AuthorizedIssuer issuer = server.issuer();
    private Shelf client = new Shelf();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void aClientsIngressKeyStaysThereAndItsCertificateComesFromTheServer() {
        byte[] request = await(client.certificates.request(ONE, Leg.INGRESS));
        client = client.reopened();
        List<X509Certificate> chain = await(issuer.signIngress(ONE, NAMES, request));
        assertThat(await(client.shelf.read(ONE, Leg.INGRESS)).key()).isNull();

        List<CertificateView> views = await(client.certificates.install(ONE, Leg.INGRESS, upload(chain)));

        assertThat(views).singleElement().satisfies(view -> {
            assertThat(view.origin()).isEqualTo(Origin.REQUESTED);
            assertThat(view.facts().names()).containsExactly("db.internal", "10.1.2.3");
        });
        client = client.reopened();
        KeyMaterial material = await(client.shelf.read(ONE, Leg.INGRESS)).key();
        assertThat(material).isNotNull();
        assertThat(material.chain()).isEqualTo(chain).endsWith(issuer.ingressAuthority());
        assertThat(PrivateKeys.belong(material.key(), material.certificate().getPublicKey()))
                .isTrue();
        assertThat(server.secrets.stored).doesNotContainKey(StoredForm.name(ONE));
    }

    @Test
    void anEgressCertificateHasTheDestinationsNameAndACaOfItsOwn() throws Exception {
        assertThat(server.secrets.stored).doesNotContainKey("ca.egress");
        byte[] request = await(client.certificates.request(ONE, Leg.EGRESS));
        List<X509Certificate> chain = await(issuer.signEgress(ONE, request));
        await(client.certificates.install(ONE, Leg.EGRESS, upload(chain)));

        X509Certificate certificate = chain.get(0);
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + ONE);
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(chain.get(1)).isEqualTo(await(issuer.egressAuthority()));
        assertThat(server.secrets.stored).containsKey("ca.egress");
    }

    @Test
    void whatARequestWishesToBeCalledDoesNotMatter() throws Exception {
        Made made = Made.of("x", wish -> wish);
        byte[] request = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=bank.example"), made.pair().getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .build(made.pair().getPrivate()))
                .getEncoded();

        X509Certificate certificate = await(
                        issuer.signIngress(ONE, NAMES, bytes(block("CERTIFICATE REQUEST", request))))
                .get(0);

        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=db.internal");
        assertThat(Facts.names(certificate)).containsExactly("db.internal", "10.1.2.3");
        assertThat(certificate.getPublicKey()).isEqualTo(made.pair().getPublic());
    }

    @Test
    void aRequestThatProvesNothingIsRefused() throws Exception {
        Made victim = Made.of("victim", wish -> wish);
        Made thief = Made.of("thief", wish -> wish);
        PKCS10CertificationRequest stolen = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=x"), victim.pair().getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA")
                        .build(thief.pair().getPrivate()));

        assertRefused(Problem.KEY_MISMATCH, "is not signed with the key", stolen.getEncoded());
    }

    @Test
    void otherRequestsThatCannotBeSignedAreRefused() throws Exception {
        byte[] good = await(client.certificates.request(ONE, Leg.INGRESS));
        Made small = Made.of("small", wish -> wish.key(Made.rsa(1024)));
        byte[] weak = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=x"), small.pair().getPublic())
                .build(new JcaContentSignerBuilder("SHA256withRSA")
                        .build(small.pair().getPrivate()))
                .getEncoded();

        assertRefused(Problem.TOO_WEAK, "1024 bits", weak);
        assertRefused(Problem.TOO_LARGE, "expected at most 65536", new byte[70_000]);
        assertRefused(Problem.NOT_X509, "expected PKCS#10", Arrays.copyOf(good, 60));
        assertRefused(Problem.NOT_X509, "expected PKCS#10", bytes("hello"));
        assertRefused(Problem.NOT_X509, "expected PKCS#10", bytes(small.pem()));
    }

    @Test
    void whileARequestIsOpenAnotherIsForTheSameKey() {
        byte[] first = await(client.certificates.request(ONE, Leg.INGRESS));
        byte[] second = await(client.certificates.request(ONE, Leg.INGRESS));
        assertThat(CertificateRequests.keyOf(second)).isEqualTo(CertificateRequests.keyOf(first));

        await(client.certificates.install(ONE, Leg.INGRESS, upload(await(issuer.signIngress(ONE, NAMES, first)))));
        byte[] third = await(client.certificates.request(ONE, Leg.INGRESS));
        assertThat(CertificateRequests.keyOf(third)).isNotEqualTo(CertificateRequests.keyOf(first));
        assertThat(await(client.shelf.read(ONE, Leg.INGRESS)).key()).isNotNull();
    }

    @Test
    void aCertificateThatWasNotAskedForIsNotInstalled() {
        Made other = Made.of("other", wish -> wish);
        List<X509Certificate> foreign = List.of(other.certificate());
        assertThatThrownBy(() -> await(client.certificates.install(ONE, Leg.EGRESS, upload(foreign))))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("make a request first");

        await(client.certificates.request(ONE, Leg.EGRESS));
        assertThatThrownBy(() -> await(client.certificates.install(ONE, Leg.EGRESS, upload(foreign))))
                .isInstanceOf(CertificateFileException.class)
                .hasMessageContaining("the key belongs to none of the certificates");
        assertThatThrownBy(() -> await(client.certificates.install(
                        ONE, Leg.EGRESS, CertificateUpload.of(bytes(other.keyPem(), other.pem())))))
                .hasMessageContaining("the key of the request is here already");
    }

    @Test
    void aKeyWhoseCertificateNeverCameIsForgottenWithTheDestination() {
        await(client.certificates.upload(
                ONE, CertificateRole.EGRESS_KEY, DestinationCertificatesTest.keyFile(Made.of("e", wish -> wish))));
        await(client.certificates.request(ONE, Leg.EGRESS));
        await(client.certificates.forget(ONE));

        assertThat(client.secrets.stored).isEmpty();
    }

    private void assertRefused(Problem problem, String text, byte[] request) {
        CertificateFileException refused = catchThrowableOfType(
                CertificateFileException.class, () -> await(issuer.signIngress(ONE, NAMES, request)));
        assertThat(refused).isNotNull();
        assertThat(refused.problem()).isEqualTo(problem);
        assertThat(refused.getMessage()).contains(text);
    }

    private static CertificateUpload upload(List<X509Certificate> chain) {
        return CertificateUpload.of(chain.stream()
                .map(certificate -> {
                    try {
                        return certificate.getEncoded();
                    } catch (CertificateEncodingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toArray(byte[][]::new));
    }
}
