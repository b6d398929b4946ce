// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.sallyport.api.pki.Fingerprints;

class ClientIdentityTest {
    private final MemorySecrets secrets = new MemorySecrets();

    @Test
    void thePairIsMadeOnceAndKept() {
        StoredClientIdentity first = identity();
        StoredClientIdentity second = identity();

        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(second.material()).isEqualTo(first.material());
        assertThat(secrets.written).containsExactly("client.key");
    }

    @Test
    void twoInstancesHaveDifferentKeys() {
        StoredClientIdentity first = identity();
        secrets.stored.clear();

        assertThat(identity().fingerprint()).isNotEqualTo(first.fingerprint());
    }

    @Test
    void theCertificateCarriesTheKeyAndDoesNotExpire() throws Exception {
        StoredClientIdentity identity = identity();
        X509Certificate certificate = identity.material().certificate();

        certificate.verify(certificate.getPublicKey());
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(identity.fingerprint())
                .isEqualTo(Fingerprints.of(certificate.getPublicKey()))
                .hasSize(64);

        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(identity.material().key());
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update((byte) 1);
        assertThat(signature.verify(signed)).isTrue();
    }

    @Test
    void aKeyThatCannotBeReadIsNotReplaced() {
        secrets.stored.put("client.key", "something else".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(this::identity).hasMessageContaining("a stored key cannot be read");
        assertThat(secrets.written).isEmpty();
    }

    private StoredClientIdentity identity() {
        return new StoredClientIdentity(
                secrets, Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC), new SecureRandom());
    }
}
