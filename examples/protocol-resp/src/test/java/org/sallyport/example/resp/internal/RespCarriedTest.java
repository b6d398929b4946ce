// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
import org.sallyport.testkit.Await;
import org.sallyport.testkit.resource.Conversation;
import org.sallyport.testkit.resource.Resource;

/** Commands that pass and commands that don't, through data planes and sockets. */
@ParameterizedClass
@EnumSource(Way.class)
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // where lines end matters
class RespCarriedTest {
    private static final String GET = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
    private static final String FLUSHALL = "*1\r\n$8\r\nFLUSHALL\r\n";
    private static final String NOT_ALLOWED = "-ERR command 'FLUSHALL' is not allowed by this gateway\r\n";
    private static final String VALUE = "$1\r\nv\r\n";

    @Parameter
    Way way;

    private TwoEnds ends;
    private RespProtocol protocol;

    @BeforeEach
    void open() {
        protocol = new RespProtocol(Map.of("commands", "GET,SET"));
        ends = new TwoEnds(way, new Properties(), "resp", protocol);
    }

    @AfterEach
    void close() {
        ends.close();
    }

    @Test
    void whoOnlyTriesWhatIsRefusedNeverReachesTheResource() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            for (int i = 0; i < 3; i++) {
                application.send(FLUSHALL);
                assertThat(application.receive(NOT_ALLOWED.length())).isEqualTo(NOT_ALLOWED);
            }
            assertThat(application.send("flushall now\r\n").receive(NOT_ALLOWED.length()))
                    .isEqualTo(NOT_ALLOWED);
            assertThat(application.end().receiveAll()).isEmpty();
            assertThat(held.served()).isZero();
            assertThat(ends.tunnel(0).opens()).isZero();
        }
        Await.until("nothing is left", () -> ends.status(ends.only()).open() == 0);
    }

    @Test
    void aRefusalComesInItsTurn() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET + FLUSHALL + FLUSHALL + GET + "GET k\r\n" + FLUSHALL);
            try (Conversation resource = held.next()) {
                String passed = GET + GET + "GET k\r\n";
                assertThat(resource.receive(passed.length())).isEqualTo(passed);
                // two replies and a half, in one go
                resource.send(VALUE + "*2\r\n:1\r\n:2\r\n$1\r\n");
                String first = VALUE + NOT_ALLOWED + NOT_ALLOWED + "*2\r\n:1\r\n:2\r\n$1\r\n";
                assertThat(application.receive(first.length())).isEqualTo(first);
                resource.send("w\r\n");
                String rest = "w\r\n" + NOT_ALLOWED;
                assertThat(application.receive(rest.length())).isEqualTo(rest);
                application.send(FLUSHALL + GET);
                assertThat(application.receive(NOT_ALLOWED.length())).isEqualTo(NOT_ALLOWED);
                assertThat(resource.receive(GET.length())).isEqualTo(GET);
            }
        }
    }

    @Test
    void argumentsOfWhatIsRefusedAreNotTakenForCommands() throws IOException {
        String hidden = "*2\r\n$8\r\nFLUSHALL\r\n$" + GET.length() + "\r\n" + GET + "\r\n";
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(hidden + GET);
            assertThat(application.receive(NOT_ALLOWED.length())).isEqualTo(NOT_ALLOWED);
            try (Conversation resource = held.next()) {
                resource.send(VALUE);
                assertThat(application.receive(VALUE.length())).isEqualTo(VALUE);
                application.end();
                assertThat(resource.receiveAll()).isEqualTo(GET);
            }
        }
    }

    @Test
    void whatIsNoRespIsAnsweredInItsTurnAndEndsTheConnection() throws IOException {
        String fault = "-ERR Protocol error: expected a length in decimal digits, then CR LF\r\n";
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET + FLUSHALL + "*2\r\n$3\r\nSET\r\n$x\r\n" + GET);
            try (Conversation resource = held.next()) {
                resource.send(VALUE);
                assertThat(application.receiveAll()).isEqualTo(VALUE + NOT_ALLOWED + fault);
                assertThat(received(resource)).startsWith(GET).hasSizeLessThan(GET.length() * 2);
            }
        }
        Await.until("nothing is left", () -> ends.status(ends.only()).open() == 0);
    }

    @Test
    void anotherProtocolIsToldSoAndReachesNobody() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send("\u0016\u0003\u0001\u0002\u0000\n* \r\n");
            assertThat(application.receiveAll()).contains("-ERR Protocol error: ");
            assertThat(held.served()).isZero();
        }
    }

    @Test
    void aResourceThatAnswersUnaskedEndsTheConnection() throws IOException {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET);
            try (Conversation resource = held.next()) {
                resource.receive(GET.length());
                resource.send(VALUE);
                assertThat(application.receive(VALUE.length())).isEqualTo(VALUE);
                resource.send("+forged\r\n");
                assertThat(application.isResetNext()).isTrue();
            }
        }
        assertThat(ends.ingress().events().await(Event.FlowEnded.class).end())
                .isEqualTo("the resource does not speak RESP: nobody asked for a reply");
    }

    @Test
    void whileManyRefusalsWaitNothingMoreIsReadAndNoneIsLost() throws Exception {
        int many = 3 * Turns.MOST_WAITING;
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET + FLUSHALL.repeat(many) + GET).end();
            try (Conversation resource = held.next()) {
                assertThat(resource.receive(GET.length())).isEqualTo(GET);
                resource.send(VALUE);
                assertThat(application.receive(VALUE.length())).isEqualTo(VALUE);
                for (int i = 0; i < many; i++) {
                    assertThat(application.receive(NOT_ALLOWED.length())).isEqualTo(NOT_ALLOWED);
                }
                assertThat(resource.receiveAll()).isEqualTo(GET);
                resource.send(VALUE).end();
                assertThat(application.receiveAll()).isEqualTo(VALUE);
            }
        }
    }

    @Test
    void anIdleConnectionEndsWhenItsProtocolGoes() throws Exception {
        try (Resource held = Resource.held();
                Conversation application = Conversation.connect(ends.attach().listening(held.address()))) {
            application.send(GET);
            try (Conversation resource = held.next()) {
                resource.receive(GET.length());
                resource.send(VALUE);
                assertThat(application.receive(VALUE.length())).isEqualTo(VALUE);
                CompletableFuture<Void> removed = CompletableFuture.runAsync(ends::removeProtocol);
                assertThat(application.receiveAll()).isEmpty();
                assertThat(resource.receiveAll()).isEmpty();
                application.end();
                removed.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aChangeOfTheListHoldsForNewConnections() throws IOException {
        try (Resource held = Resource.held()) {
            var listening = ends.attach().listening(held.address());
            try (Conversation before = Conversation.connect(listening).send(FLUSHALL)) {
                assertThat(before.receive(NOT_ALLOWED.length())).isEqualTo(NOT_ALLOWED);
                protocol.configure(Map.of("commands", "FLUSHALL"));
                try (Conversation after = Conversation.connect(listening).send(FLUSHALL);
                        Conversation resource = held.next()) {
                    assertThat(resource.receive(FLUSHALL.length())).isEqualTo(FLUSHALL);
                    resource.send("+OK\r\n");
                    assertThat(after.receive(5)).isEqualTo("+OK\r\n");
                    before.send(FLUSHALL);
                    assertThat(before.receive(NOT_ALLOWED.length())).isEqualTo(NOT_ALLOWED);
                }
            }
        }
    }

    /** What came before the end, or before the reset that says that a command was not completed. */
    private static String received(Conversation resource) throws IOException {
        StringBuilder all = new StringBuilder();
        try {
            for (int octet = resource.socket().getInputStream().read();
                    octet >= 0;
                    octet = resource.socket().getInputStream().read()) {
                all.append((char) octet);
            }
        } catch (java.net.SocketException reset) {
            return all.toString();
        }
        return all.toString();
    }
}
