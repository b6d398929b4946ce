// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sallyport.api.HostPort;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Resource;

/** What a protocol has to keep that implies mutual TLS with applications. */
public abstract class MutualTlsContract extends ApplicationTlsContract {
    @Test
    void anApplicationWithoutACertificateIsRefusedWhereOneIsExpected() throws IOException {
        try (Resource echo = echo()) {
            HostPort listen = listening(echo);
            assertRefused(listen, null);
            assertRefused(listen, new TestAuthority("other").issue("app-1"));
            try (Socket application = application(listen)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void aRevokedApplicationIsRefusedAndAnotherOfTheSameIssuerIsNot() throws IOException {
        KeyMaterial revoked = applications.issue("app-2");
        ends.legs()
                .set(
                        Leg.INGRESS,
                        ingressAuthority.issue(INGRESS_NAME),
                        applications.certificate(),
                        Set.of(applicationKey.certificate().getSerialNumber()));
        try (Resource echo = echo()) {
            HostPort listen = listening(echo);
            assertRefused(listen, revoked);
            try (Socket application = application(listen)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
            }
        }
    }

    final void assertRefused(HostPort listen, @Nullable KeyMaterial key) throws IOException {
        try (Socket application = application(listen, key)) {
            assertThatThrownBy(() -> {
                        if (exchange(application, "hello").isEmpty()) {
                            throw new IOException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }
}
