// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.pki.internal.DestinationCertificatesTest.keyFile;
import static org.sallyport.pki.internal.Shelf.ONE;
import static org.sallyport.pki.internal.Shelf.TWO;
import static org.sallyport.pki.internal.Shelf.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.health.HealthCheck.Health;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.registry.RegistryException;

@Timeout(60)
class CertificateHealthTest {
    @Test
    void itNamesWhatExpiresFirstAndRecovers() {
        try (Shelf here = new Shelf()) {
            CertificateHealth health = new CertificateHealth(here.certificates, here.shelf, here.clock);
            await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(Made.of("end", wish -> wish))));
            await(here.certificates.upload(
                    TWO,
                    CertificateRole.EGRESS_KEY,
                    keyFile(Made.of("b", wish -> wish.valid(Made.NOW, Made.NOW.plus(Duration.ofDays(110)))))));
            await(health.look());
            assertThat(health.check()).isEqualTo(Health.good("none expires within 30 days"));

            here.clock.now = Made.NOW.plus(Duration.ofDays(90));
            await(health.look());
            assertThat(health.check())
                    .isEqualTo(Health.bad(ONE + ": the ingress certificate 'CN=end' expires on 2026-06-09T12:00:00Z,"
                            + " and 1 more within 30 days: replace it"));

            here.clock.now = Made.NOW.plus(Duration.ofDays(101));
            await(here.certificates.forget(TWO));
            await(health.look());
            assertThat(health.check().text()).contains("'CN=end' expired on 2026-06-09T12:00:00Z: replace it");

            await(here.certificates.forget(ONE));
            await(health.look());
            assertThat(health.check().healthy()).isTrue();
            health.stop();
        }
    }

    @Test
    void aStoreThatCannotBeReadIsNotHealthy() {
        try (Shelf here = new Shelf()) {
            here.secrets.failure = new RegistryException("the journal is damaged");
            CertificateHealth health = new CertificateHealth(here.certificates, here.shelf, here.clock);
            try {
                await(health.look());
            } catch (RegistryException e) {
                // as it should be
            }

            assertThat(health.check().healthy()).isFalse();
            assertThat(health.check().text()).contains("the journal is damaged");
        }
    }

    @Test
    void aDestinationWhoseCertificatesWereAlteredIsNamed() {
        try (Shelf here = new Shelf()) {
            here.secrets.stored.put(StoredForm.name(ONE), new byte[3]);
            CertificateHealth health = new CertificateHealth(here.certificates, here.shelf, here.clock);
            await(health.look());
            assertThat(health.check().text()).startsWith(ONE + ": its certificates cannot be read: restore");

            await(here.certificates.forget(ONE));
            await(health.look());
            assertThat(health.check().healthy()).isTrue();
        }
    }
}
