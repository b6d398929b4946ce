// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.pki.internal.DestinationCertificatesTest.keyFile;
import static org.sallyport.pki.internal.DestinationCertificatesTest.material;
import static org.sallyport.pki.internal.Shelf.ONE;
import static org.sallyport.pki.internal.Shelf.await;

import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateUpload;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.api.registry.RegistryException;

@Timeout(60)
class LegWatchTest {
    private final Made root = Made.ca("root");
    private final Made end = Made.of("end", wish -> wish.by(root));
    private final BlockingQueue<LegMaterial> seen = new LinkedBlockingQueue<>();

    private Shelf here = new Shelf();

    @AfterEach
    void stop() {
        here.close();
    }

    @Test
    void aWatcherHearsWhatIsThereAndThenEachChangeOfItsLeg() throws Exception {
        here.shelf.watch(ONE, Leg.INGRESS, seen::add);
        assertThat(next().key()).isNull();

        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        LegMaterial first = next();
        assertThat(first.key()).isEqualTo(material(end));

        // of the other leg
        await(here.certificates.upload(ONE, CertificateRole.RESOURCE_CAS, CertificateUpload.of(root.der())));
        await(here.certificates.upload(ONE, CertificateRole.APPLICATION_CAS, CertificateUpload.of(root.der())));
        LegMaterial second = next();
        assertThat(second.trust().anchors()).containsExactly(root.certificate());
        assertThat(second.generation()).isGreaterThan(first.generation());

        await(here.certificates.forget(ONE));
        LegMaterial third = next();
        assertThat(third.key()).isNull();
        assertThat(third.generation()).isGreaterThan(second.generation());
        assertThat(seen).isEmpty();
    }

    @Test
    void aWatcherThatWasEndedHearsNothingMore() throws Exception {
        Registration watch = here.shelf.watch(ONE, Leg.INGRESS, seen::add);
        next();
        watch.close();
        watch.close();

        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        assertThat(seen).isEmpty();
    }

    @Test
    void aWatcherThatFailsKeepsNobodyElseFromHearing() throws Exception {
        here.shelf.watch(ONE, Leg.INGRESS, material -> {
            throw new IllegalStateException("a watcher's own trouble");
        });
        here.shelf.watch(ONE, Leg.INGRESS, seen::add);
        next();

        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        assertThat(next().key()).isEqualTo(material(end));
    }

    @Test
    void aWatcherOfAStoreThatIsAwayHearsWhenItIsBack() throws Exception {
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        here = here.reopened();
        here.secrets.failure = new RegistryException("the journal is damaged");
        here.shelf.watch(ONE, Leg.INGRESS, seen::add);
        assertThat(seen.poll(50, TimeUnit.MILLISECONDS)).isNull();

        here.secrets.failure = null;
        assertThat(next().key()).isEqualTo(material(end));
    }

    @Test
    void whatAWriteThatFailedDidAfterAllIsToldToo() throws Exception {
        here.shelf.watch(ONE, Leg.INGRESS, seen::add);
        next();
        await(here.certificates.upload(ONE, CertificateRole.INGRESS_KEY, keyFile(end)));
        next();
        here.secrets.failure = new RegistryException("no answer");
        here.secrets.stored.clear();
        here.certificates.remove(ONE, CertificateRole.INGRESS_KEY);
        assertThat(seen.poll(50, TimeUnit.MILLISECONDS)).isNull();

        here.secrets.failure = null;
        assertThat(next().key()).isNull();
    }

    private LegMaterial next() throws InterruptedException {
        return Objects.requireNonNull(seen.poll(20, TimeUnit.SECONDS), "nothing was told");
    }
}
