// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.protocol.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.event.Event;
import org.sallyport.contract.protocol.TwoEnds;
import org.sallyport.contract.protocol.Way;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Pattern;
import org.sallyport.testkit.resource.Resource;

/** HTTP through data planes and sockets. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, matters
class HttpCarriedTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: app.example\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final int LARGE = 8 << 20;

    @Parameter
    Way way;

    private TwoEnds ends;

    @BeforeEach
    void open() {
        ends = new TwoEnds(way, new Properties(), "http", new HttpProtocol());
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Test
    void requestsFollowEachOtherOnOneConnection() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET);
            try (Conversation resource = held.next()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(head(resource))
                            .startsWith("GET /a HTTP/1.1\r\nHost: " + held.address() + "\r\n")
                            .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n", "\r\nX-Forwarded-Host: app.example\r\n");
                    resource.send(OK);
                    assertThat(application.receive(OK.length())).isEqualTo(OK);
                    application.send(GET);
                }
            }
        }
    }

    @Test
    void aResourceThatEndedAnIdleConnectionIsDialledAnew() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < 3; i++) {
                application.send(GET);
                try (Conversation resource = held.next()) {
                    assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                    resource.send(OK).end();
                    assertThat(application.receive(OK.length())).isEqualTo(OK);
                    assertThat(resource.receiveAll()).isEmpty();
                }
            }
        }
        assertThat(ends.ingress().events().count(Event.FlowRefused.class)).isZero();
    }

    @Test
    void theLastAnswerOfAStreamIsNotHeldUntilTheNextRequest() throws IOException {
        String last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < 2; i++) {
                application.send(GET);
                try (Conversation resource = held.next()) {
                    head(resource);
                    resource.send(last);
                    assertThat(head(application))
                            .startsWith("HTTP/1.1 200 OK\r\n")
                            .doesNotContain("close");
                    assertThat(application.receive(5)).isEqualTo("hello");
                    assertThat(resource.receiveAll()).isEmpty();
                }
            }
        }
    }

    @Test
    void aResourceThatResetAnIdleConnectionIsDialledAnew() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET);
            try (Conversation resource = held.next()) {
                head(resource);
                resource.send(OK);
                assertThat(application.receive(OK.length())).isEqualTo(OK);
                resource.reset();
            }
            // also when the request is under way while the reset comes: one that changes nothing is sent again
            application.send(GET);
            try (Conversation resource = held.next()) {
                assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                resource.send(OK);
                assertThat(application.receive(OK.length())).isEqualTo(OK);
            }
        }
    }

    @Test
    void aResourceThatRefusesIsToldInHttp() throws IOException {
        try (Resource refusing = Resource.refusing();
                Conversation application = Conversation.connect(ends.attach().listening(refusing.address()))) {
            assertThat(application.send(GET).receiveAll())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("Connection: close");
        }
        assertThat(ends.ingress().events().await(Event.FlowRefused.class).code())
                .isEqualTo("CONNECTION_REFUSED");
    }

    @Test
    void aConnectionThatSaysNothingOpensNothingAndEndsWithTheApplication() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            assertThat(application.end().receiveAll()).isEmpty();
        }
        assertThat(ends.ingress().events().await(Event.FlowEnded.class).end()).isEqualTo("closed");
    }

    @Test
    void aRequestThatDripsInIsOne() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < GET.length(); i++) {
                application.send(GET.substring(i, i + 1));
            }
            try (Conversation resource = held.next()) {
                assertThat(head(resource)).startsWith("GET /a HTTP/1.1\r\n");
                for (int i = 0; i < OK.length(); i++) {
                    resource.send(OK.substring(i, i + 1));
                }
                assertThat(application.receive(OK.length())).isEqualTo(OK);
            }
        }
    }

    @Test
    void largeBodiesStreamBothWays() throws IOException {
        try (Resource mirror = Resource.of(socket -> {
                    OutputStream out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    InputStream in = socket.getInputStream();
                    for (int end = 0; end < 4; ) {
                        end = in.read() == "\r\n\r\n".charAt(end) ? end + 1 : 0;
                    }
                    byte[] buffer = new byte[64 * 1024];
                    for (int left = LARGE, read; left > 0; left -= read) {
                        read = in.read(buffer);
                        out.write(buffer, 0, read);
                    }
                    in.read();
                });
                Conversation application = Conversation.connect(ends.attach().listening(mirror.address()))) {
            Thread sender = new Thread(() -> {
                try {
                    application.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n");
                    Pattern.write(application.socket().getOutputStream(), LARGE);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.start();
            assertThat(head(application)).startsWith("HTTP/1.1 200 OK\r\n");
            byte[] body = application.socket().getInputStream().readNBytes(LARGE);
            assertThat(Pattern.readToEnd(new ByteArrayInputStream(body))).isEqualTo(LARGE);
        }
    }

    @Test
    void aResourceThatRefusesIsAnsweredFor() throws IOException {
        try (Resource refusing = Resource.refusing();
                Conversation application = Conversation.connect(ends.attach().listening(refusing.address()))) {
            application.send(GET);
            assertThat(head(application)).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
        }
    }

    @Test
    void nonsenseIsAnsweredWithoutTheResource() throws IOException {
        try (Resource echo = Resource.echo();
                Conversation application = Conversation.connect(ends.attach().listening(echo.address()))) {
            application.send("nonsense\r\n\r\n");
            assertThat(head(application)).startsWith("HTTP/1.1 400 Bad Request\r\n");
            assertThat(echo.served()).isZero();
        }
    }

    private static String head(Conversation conversation) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append(conversation.receive(1));
        }
        return head.toString();
    }
}
