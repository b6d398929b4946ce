// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.Destination;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.Leg;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** What a protocol has to keep that implies TLS with applications. */
@ParameterizedClass
@CsvSource({"ON_PREMISES,NONE", "CLOUD,NONE"})
public abstract class ApplicationTlsContract extends LegsFixture {
    @Test
    void theApplicationsNameAndTheGatewaysAreChecked() throws IOException {
        try (Resource echo = echo()) {
            HostPort listen = listening(echo);
            TlsPeer stranger = new TlsPeer(applicationKey, applications.certificate());
            try (SSLSocket application = stranger.connect(listen, INGRESS_NAME)) {
                assertThatThrownBy(application::startHandshake).isInstanceOf(IOException.class);
            }
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).code())
                .isEqualTo("TLS_FAILED");
    }

    @Test
    void oneThatDoesNotSpeakTlsIsClosedAndTheNextIsServed() throws IOException {
        try (Resource echo = echo()) {
            HostPort listen = listening(echo);
            try (Socket plain = new Socket(listen.host(), listen.port())) {
                plain.setSoTimeout(20_000);
                plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                drain(plain);
            }
            try (Socket application = application(listen)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
            }
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).reason())
                .contains("does not speak TLS");
    }

    @Test
    void oneSourceThatBeginsTooManyHandshakesIsResetAndOthersAreServed() throws IOException {
        var limits = ends.ingress().limits();
        int most = limits.handshakeSources().most();
        List<Socket> begun = new ArrayList<>();
        try (Resource echo = echo()) {
            HostPort listen = listening(echo);
            try {
                for (int i = 0; i < most; i++) {
                    begun.add(new Socket(listen.host(), listen.port()));
                }
                Await.until("all are under way", () -> limits.handshakes().taken() == most);
                assertThat(Conversation.isReset(listen)).isTrue();
                Event.FlowRefused refused = ends.ingress().events().await(Event.FlowRefused.class);
                assertThat(refused.code()).isEqualTo("TOO_MANY");
                assertThat(refused.reason()).contains("handshakes.source is " + most);
                begun.add(new Socket(listen.host(), listen.port(), InetAddress.getByName("127.0.0.2"), 0));
                Await.until(
                        "another source's is under way",
                        () -> limits.handshakes().taken() == most + 1);
            } finally {
                for (Socket each : begun) {
                    each.close();
                }
            }
            Await.until("none is under way", () -> limits.handshakes().taken() == 0);
            try (Socket application = application(listen)) {
                assertThat(exchange(application, "hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void withoutACertificateItDoesNotListenAndSaysWhatToDo() {
        ends.legs().set(Leg.INGRESS, null, List.of());
        Destination made = ends.attach().destination(new HostPort("127.0.0.1", 1), options());
        ends.apply();
        Await.until("it fails", () -> ends.status(made).state() instanceof State.Failed);
        assertThat(ends.status(made).state().cause()).contains("destination:cert " + made.id());
        ends.legs().set(Leg.INGRESS, ingressAuthority.issue(INGRESS_NAME), List.of(applications.certificate()));
        Await.until("it listens", () -> ends.status(made).state() instanceof State.Listening);
    }

    @Test
    void anExpiredCertificateIsNotShown() {
        Instant past = Instant.now().minusSeconds(60);
        ends.legs().set(Leg.INGRESS, ingressAuthority.issue(INGRESS_NAME, past), List.of(applications.certificate()));
        Destination made = ends.attach().destination(new HostPort("127.0.0.1", 1), options());
        ends.apply();
        Await.until("it fails", () -> ends.status(made).state() instanceof State.Failed);
        assertThat(ends.status(made).state().cause()).contains("expired");
    }

    @Test
    void aNewCertificateIsShownToNewConnectionsAndOpenOnesGoOn() throws IOException {
        TestAuthority next = new TestAuthority("next");
        try (Resource echo = echo()) {
            HostPort listen = listening(echo);
            try (Socket before = application(listen)) {
                assertThat(exchange(before, "hello")).isEqualTo("hello");
                ends.legs().set(Leg.INGRESS, next.issue(INGRESS_NAME), List.of(applications.certificate()));
                Await.until("the new one is shown", () -> {
                    try (SSLSocket after =
                            new TlsPeer(applicationKey, next.certificate()).connect(listen, INGRESS_NAME)) {
                        return exchange(after, "hi").equals("hi");
                    } catch (IOException notYet) {
                        return false;
                    }
                });
                assertThat(exchange(before, "still")).isEqualTo("still");
            }
        }
    }
}
