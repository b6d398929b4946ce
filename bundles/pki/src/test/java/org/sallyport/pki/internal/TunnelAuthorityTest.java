// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.Fingerprints;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.api.registry.RegistryException;

@Timeout(30)
class TunnelAuthorityTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");

    private final MemorySecrets secrets = new MemorySecrets();
    private final SetClock clock = new SetClock(BEGIN);
    private final List<Runnable> scheduled = new ArrayList<>();
    private int ended;

    @Test
    void threeAuthoritiesAreMadeAtFirstStartAndKept() {
        TunnelIdentity first = authority().current();

        assertThat(secrets.stored)
                .containsOnlyKeys("ca.applications", "ca.ingress", "ca.tunnel", "tunnel.certificate", "tunnel.name");
        assertThat(secrets.written).hasSize(5);

        TunnelIdentity second = authority().current();

        assertThat(second).isEqualTo(first);
        assertThat(secrets.written).hasSize(5);
    }

    @Test
    void theThreeAuthoritiesHaveDifferentKeys() {
        authority();

        assertThat(List.of("ca.applications", "ca.ingress", "ca.tunnel").stream()
                        .map(name -> StoredKey.readMaterial(secrets.stored.get(name)))
                        .map(ca -> Fingerprints.of(ca.certificate().getPublicKey())))
                .doesNotHaveDuplicates();
    }

    @Test
    void theTunnelCertificateHasOneNameAndAChainThatEndsInThePinnedAuthority() throws Exception {
        TunnelIdentity identity = authority().current();
        X509Certificate certificate = identity.material().certificate();
        X509Certificate root = identity.material().chain().get(1);

        assertThat(identity.serverName()).matches("[a-z0-9]{16}\\.sallyport");
        assertThat(certificate.getSubjectAlternativeNames())
                .singleElement()
                .isEqualTo(List.of(2, identity.serverName()));
        assertThat(identity.material().chain()).hasSize(2);
        assertThat(identity.pin()).isEqualTo(Fingerprints.of(root.getPublicKey()));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(root.getBasicConstraints()).isZero();
        assertThat(((ECPublicKey) certificate.getPublicKey())
                        .getParams()
                        .getOrder()
                        .bitLength())
                .isEqualTo(256);

        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(BEGIN.plus(Duration.ofDays(89))));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
    }

    @Test
    void authoritiesLiveTwentyYearsAndTheCertificateNinetyDays() {
        TunnelIdentity identity = authority().current();

        assertThat(identity.material().certificate().getNotBefore().toInstant()).isBefore(BEGIN);
        assertThat(identity.material().certificate().getNotAfter().toInstant())
                .isEqualTo(BEGIN.plus(Duration.ofDays(90)));
        assertThat(identity.material().chain().get(1).getNotAfter().toInstant())
                .isEqualTo(BEGIN.plus(Duration.ofDays(7300)));
        assertThat(identity.renewAt()).isEqualTo(BEGIN.plus(Duration.ofDays(60)));
    }

    @Test
    void theCertificateIsReplacedAfterTwoThirdsOfItsLifeAndWatchersAreTold() {
        RenewingTunnelAuthority authority = authority();
        TunnelIdentity first = authority.current();
        List<TunnelIdentity> seen = new ArrayList<>();
        Registration watch = authority.watch(seen::add);

        clock.now = first.renewAt().minusSeconds(1);
        look();
        assertThat(seen).containsExactly(first);

        clock.now = first.renewAt();
        look();
        TunnelIdentity second = authority.current();
        assertThat(seen).containsExactly(first, second);
        assertThat(second.pin()).isEqualTo(first.pin());
        assertThat(second.serverName()).isEqualTo(first.serverName());
        assertThat(second.material().certificate().getPublicKey())
                .isNotEqualTo(first.material().certificate().getPublicKey());
        assertThat(authority().current()).isEqualTo(second);

        watch.close();
        clock.now = second.renewAt();
        look();
        assertThat(authority.current()).isNotEqualTo(second);
        assertThat(seen).containsExactly(first, second);
    }

    @Test
    void aCertificateThatIsDueAtStartIsReplacedAtStart() {
        TunnelIdentity first = authority().current();
        clock.now = BEGIN.plus(Duration.ofDays(400));

        TunnelIdentity second = authority().current();

        assertThat(second.material().certificate().getNotAfter().toInstant())
                .isEqualTo(clock.now.plus(Duration.ofDays(90)));
        assertThat(second.pin()).isEqualTo(first.pin());
    }

    @Test
    void aRenewalThatCannotBeStoredLeavesTheCertificateAndIsTriedAgain() {
        RenewingTunnelAuthority authority = authority();
        TunnelIdentity first = authority.current();
        clock.now = first.renewAt();

        secrets.failure = new RegistryException("no space left");
        look();
        assertThat(authority.current()).isEqualTo(first);

        secrets.failure = null;
        look();
        assertThat(authority.current()).isNotEqualTo(first);
    }

    @Test
    void aWatcherThatFailsKeepsNobodyElseFromHearing() {
        RenewingTunnelAuthority authority = authority();
        List<TunnelIdentity> seen = new ArrayList<>();
        authority.watch(identity -> {
            throw new IllegalStateException("a watcher's own trouble");
        });
        authority.watch(seen::add);

        clock.now = authority.current().renewAt();
        look();

        assertThat(seen).hasSize(2);
    }

    @Test
    void aStoreThatFailsOrHangsIsNamedWithinAFewSeconds() {
        secrets.failure = new RegistryException("/x/registry.journal is damaged");
        assertThatThrownBy(this::authority).hasMessage("secret 'tunnel.name': /x/registry.journal is damaged");

        secrets.failure = null;
        secrets.hangs = true;
        assertThatThrownBy(this::authority).hasMessage("secret 'tunnel.name': the store did not answer within 3 s");
    }

    @Test
    void stoppingEndsTheSchedule() {
        authority().stop();

        assertThat(ended).isEqualTo(1);
    }

    @Test
    void theThreadOfTheScheduleEndsWithTheComponent() {
        RenewingTunnelAuthority authority = new RenewingTunnelAuthority(secrets);
        authority.stop();

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().equals("sallyport-tunnel-certificate"))
                .isEmpty();
    }

    private RenewingTunnelAuthority authority() {
        return new RenewingTunnelAuthority(secrets, clock, new SecureRandom(), (period, task) -> {
            assertThat(period).isEqualTo(Duration.ofHours(1));
            scheduled.add(task);
            return () -> ended++;
        });
    }

    private void look() {
        scheduled.get(0).run();
    }
}
