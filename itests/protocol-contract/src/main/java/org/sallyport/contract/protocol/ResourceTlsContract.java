// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.ResourceTls;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Resource;

/** What is verified of a resource, and what an operator is told. */
@ParameterizedClass
@CsvSource({"ON_PREMISES,TLS", "ON_PREMISES,MUTUAL", "CLOUD,TLS", "CLOUD,MUTUAL"})
public abstract class ResourceTlsContract extends LegsFixture {
    @Test
    void aResourceOfAnotherNameIsRefusedAndTheReasonNamesTheCommand() throws IOException {
        try (Resource echo = echo(resources.issue("other.example"))) {
            assertThat(refusal(echo, options()).reason())
                    .contains("not for db.example")
                    .contains("--resource-name");
        }
    }

    @Test
    void aResourceThatNobodyTrustsIsRefused() throws IOException {
        try (Resource echo = echo(new TestAuthority("nobody").issue(RESOURCE_NAME))) {
            assertThat(refusal(echo, options()).reason())
                    .contains("nobody who is trusted")
                    .contains("resource-cas");
        }
    }

    @Test
    void anExpiredResourceIsRefused() throws IOException {
        try (Resource echo = echo(resources.issue(RESOURCE_NAME, Instant.now().minusSeconds(60)))) {
            assertThat(refusal(echo, options()).reason()).contains("expired");
        }
    }

    @Test
    void aResourceWithoutTlsIsRefused() throws IOException {
        try (Resource plain = Resource.of(socket -> {
            socket.getOutputStream().write("220 ready\r\n".getBytes(StandardCharsets.US_ASCII));
            drain(socket);
        })) {
            assertThat(refusal(plain, options()).reason()).contains("the resource does not speak TLS");
        }
    }

    @Test
    void anyCertificateIsTakenWhereTheOperatorSaysSo() throws IOException {
        DestinationOptions loose = options().withResourceTls(new ResourceTls(resourceLeg, RESOURCE_NAME, false));
        try (Resource echo = echo(TestAuthority.selfSigned("whoever"));
                Socket application = application(ends.attach().listening(echo.address(), loose))) {
            assertThat(exchange(application, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void aSelfSignedCertificateIsTakenWhereItWasUploaded() throws IOException {
        KeyMaterial own = TestAuthority.selfSigned(RESOURCE_NAME);
        ends.legs().set(Leg.EGRESS, dialling.issue("egress"), List.of(own.certificate()));
        try (Resource echo = echo(own);
                Socket application = application(listening(echo))) {
            assertThat(exchange(application, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void withoutAKeyOnlyAResourceThatExpectsOneIsNotReached() throws IOException {
        ends.legs().set(Leg.EGRESS, null, List.of(resources.certificate()));
        try (Resource echo = echo()) {
            if (resourceLeg == LegSecurity.MUTUAL) {
                assertThat(refusal(echo, options()).reason()).contains("no certificate to show");
            } else {
                try (Socket application = application(listening(echo))) {
                    assertThat(exchange(application, "hello")).isEqualTo("hello");
                }
            }
        }
    }

    private Event.FlowRefused refusal(Resource resource, DestinationOptions options) throws IOException {
        HostPort listen = ends.attach().listening(resource.address(), options);
        try (Socket application = application(listen)) {
            if (application instanceof SSLSocket tls) {
                tls.startHandshake();
            }
            drain(application);
        }
        return ends.ingress().events().await(Event.FlowRefused.class);
    }
}
