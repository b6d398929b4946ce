// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.pki.internal.Made.bytes;
import static org.sallyport.pki.internal.Shelf.ONE;
import static org.sallyport.pki.internal.Shelf.TWO;
import static org.sallyport.pki.internal.Shelf.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.pki.CertificateFileException;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.api.pki.PeerTrust;
import org.sallyport.api.registry.RegistryException;

@Timeout(60)
class DestinationCertificatesTest {
    private final Made root = Made.ca("root");
    private final Made end = Made.of("end", wish -> wish.by(root));

    private Shelf here = new Shelf();

    @AfterEach
    void stop() {
        here.close();
    }

    @Test
    void whatIsUploadedIsListedAndUsedAlsoAfterANewStart() {
        List<CertificateView> stored = await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        await(here.certificates.upload(ONE, CertificateRole.APPLICATION_CAS, CertificateUpload.of(root.der())));

        assertThat(stored).singleElement().satisfies(view -> {
            assertThat(view.origin()).isEqualTo(Origin.UPLOADED);
            assertThat(view.facts().subject()).isEqualTo("CN=end");
            assertThat(view.facts().issuer()).isEqualTo("CN=root");
            assertThat(view.facts().keyType()).isEqualTo("EC P-256");
            assertThat(view.facts().fingerprint()).hasSize(64);
            assertThat(view.facts().serial())
                    .isEqualTo(end.certificate().getSerialNumber().toString(16));
            assertThat(view.facts().authority()).isFalse();
        });

        here = here.reopened();
        assertThat(await(here.certificates.list(ONE)))
                .extracting(CertificateView::role)
                .containsExactly(CertificateRole.INGRESS_KEY, CertificateRole.APPLICATION_CAS);
        LegMaterial leg = await(here.shelf.read(ONE, Leg.INGRESS));
        assertThat(leg.key()).isEqualTo(material(end));
        assertThat(leg.trust().anchors()).containsExactly(root.certificate());
        assertThat(leg.generation()).isEqualTo(2);
        assertThat(await(here.shelf.read(ONE, Leg.EGRESS)).key()).isNull();
        assertThat(await(here.shelf.read(TWO, Leg.INGRESS)))
                .isEqualTo(new LegMaterial(TWO, Leg.INGRESS, 0, null, PeerTrust.NONE));
    }

    @Test
    void aSecondUploadReplacesTheFirst() {
        Made other = Made.of("other", wish -> wish.by(root));
        await(here.certificates.upload(ONE, CertificateRole.EGRESS_KEY, keyFile(end)));
        await(here.certificates.upload(ONE, CertificateRole.EGRESS_KEY, keyFile(other)));

        here = here.reopened();
        assertThat(await(here.shelf.read(ONE, Leg.EGRESS)).key()).isEqualTo(material(other));
    }

    @Test
    void keysOfAllKindsComeBackAfterANewStart() {
        for (Made made : List.of(
                Made.of("rsa", wish -> wish.key(Made.rsa(2048))), Made.of("ed", wish -> wish.key(Made.ed25519())))) {
            await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(made)));
            here = here.reopened();
            KeyMaterial read = await(here.shelf.read(ONE, Leg.INGRESS)).key();
            assertThat(read).isEqualTo(material(made));
        }
    }

    @Test
    void whatCannotBeUsedChangesNothing() {
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));

        assertThatThrownBy(() -> await(here.certificates.upload(
                        ONE, CertificateRole.INGRESS_KEY, CertificateUpload.of(bytes(root.keyPem(), end.pem())))))
                .isInstanceOf(CertificateFileException.class);
        LegMaterial leg = await(here.shelf.read(ONE, Leg.INGRESS));
        assertThat(leg.key()).isEqualTo(material(end));
        assertThat(leg.generation()).isEqualTo(1);
    }

    @Test
    void whatIsRemovedOrForgottenIsGoneFromTheStore() {
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        await(here.certificates.upload(ONE, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));
        await(here.certificates.upload(TWO, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));
        assertThat(here.secrets.stored).hasSize(2);

        await(here.certificates.remove(ONE, CertificateRole.INGRESS_KEY));
        await(here.certificates.remove(ONE, CertificateRole.INGRESS_KEY));
        assertThat(await(here.certificates.list(ONE)))
                .extracting(CertificateView::role)
                .containsExactly(CertificateRole.RESOURCE_CAS);
        await(here.certificates.forget(ONE));
        await(here.certificates.forget(ONE));
        await(here.certificates.remove(TWO, CertificateRole.RESOURCE_CAS));

        assertThat(here.secrets.stored).isEmpty();
        here = here.reopened();
        assertThat(await(here.certificates.list(ONE))).isEmpty();
    }

    @Test
    void aKeyIsNeverReadableInAListing() {
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));

        assertThat(await(here.certificates.list(ONE)).toString()).doesNotContain("PrivateKey", "PRIVATE");
        assertThat(await(here.shelf.read(ONE, Leg.INGRESS)).toString()).doesNotContain("PRIVATE", "S:", "Private");
        assertThat(keyFile(end).withPassphrase("geheim77").toString()).isEqualTo("CertificateUpload[1 files]");
    }

    @Test
    void aStoreThatFailsChangesNothingAndIsUsedAgainLater() {
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        here.secrets.failure = new RegistryException("no space left");

        assertThatThrownBy(() -> await(here.certificates.remove(ONE, CertificateRole.INGRESS_KEY)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("no space left");
        here.secrets.failure = null;
        assertThat(await(here.shelf.read(ONE, Leg.INGRESS)).key()).isEqualTo(material(end));
        await(here.certificates.remove(ONE, CertificateRole.INGRESS_KEY));
        assertThat(await(here.shelf.read(ONE, Leg.INGRESS)).key()).isNull();
    }

    @Test
    void aSecretThatWasAlteredKeepsNobodyElseFromTheirs() {
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        await(here.certificates.upload(TWO, CertificateRole.INGRESS_KEY, keyFile(end)));
        byte[] good = here.secrets.stored.put(
                StoredForm.name(ONE), "-----BEGIN NONSENSE-----".getBytes(StandardCharsets.US_ASCII));
        here = here.reopened();

        assertThat(await(here.shelf.read(TWO, Leg.INGRESS)).key()).isEqualTo(material(end));
        assertThatThrownBy(() -> await(here.shelf.read(ONE, Leg.INGRESS)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining(ONE + ": the stored certificates cannot be read");
        assertThatThrownBy(() -> await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end))))
                .isInstanceOf(RegistryException.class);

        here.secrets.stored.put(StoredForm.name(ONE), good);
        assertThat(await(here.shelf.read(ONE, Leg.INGRESS)).key()).isEqualTo(material(end));
        here.secrets.stored.put(StoredForm.name(ONE), new byte[3]);
        here = here.reopened();
        await(here.certificates.forget(ONE));
        assertThat(here.secrets.stored).containsOnlyKeys(StoredForm.name(TWO));
    }

    @Test
    void whatExpiresSoonIsListedTheFirstToExpireFirst() {
        Made soon = Made.of(
                "soon", wish -> wish.by(root).valid(Made.NOW.minusSeconds(9), Made.NOW.plus(Duration.ofDays(20))));
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        await(here.certificates.upload(TWO, CertificateRole.INGRESS_KEY, keyFile(soon)));

        assertThat(await(here.certificates.expiring(Duration.ofDays(30))))
                .extracting(CertificateView::destination)
                .containsExactly(TWO);
        here.clock.now = Made.NOW.plus(Duration.ofDays(99));
        assertThat(await(here.certificates.expiring(Duration.ofDays(30))))
                .extracting(CertificateView::destination)
                .containsExactly(TWO, ONE);
    }

    static CertificateUpload keyFile(Made made) {
        return CertificateUpload.of(bytes(made.keyPem(), made.pem()));
    }

    static KeyMaterial material(Made made) {
        return new KeyMaterial(made.pair().getPrivate(), List.of(made.certificate()));
    }
}
