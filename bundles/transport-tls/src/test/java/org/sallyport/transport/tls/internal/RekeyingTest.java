// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import org.junit.jupiter.api.Test;

class RekeyingTest {
    private static final String AES = "TLS_AES_128_GCM_SHA256";
    private static final String CHACHA = "TLS_CHACHA20_POLY1305_SHA256";

    @Test
    void onlyTheJdksTls13ChangesKeysByItself() {
        assertThat(Rekeying.byItself(SslProvider.JDK, "TLSv1.3", AES)).isTrue();
        assertThat(Rekeying.byItself(SslProvider.JDK, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
                .isFalse();
        assertThat(Rekeying.byItself(SslProvider.OPENSSL, "TLSv1.3", AES)).isFalse();
    }

    @Test
    void aLimitThatAnOperatorTookAwayDoesNotCount() {
        String standard = "AES/GCM/NoPadding KeyUpdate 2^37,                   ChaCha20-Poly1305 KeyUpdate 2^37";
        assertThat(Rekeying.limited(standard, AES)).isTrue();
        assertThat(Rekeying.limited(standard, CHACHA)).isTrue();
        assertThat(Rekeying.limited("aes/gcm/nopadding keyupdate 181", AES)).isTrue();
        assertThat(Rekeying.limited("AES/GCM/NoPadding KeyUpdate 2^37", CHACHA)).isFalse();
        assertThat(Rekeying.limited("AES/GCM/NoPadding 2^37", AES)).isFalse();
        assertThat(Rekeying.limited("", AES)).isFalse();
        assertThat(Rekeying.limited(null, AES)).isFalse();
    }
}
