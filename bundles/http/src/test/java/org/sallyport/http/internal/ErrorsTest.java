// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;

/** What an application is told when it can't be served, and when. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class ErrorsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final FakeContext context = new FakeContext();

    @ParameterizedTest
    @CsvSource({
        "DENIED, 403",
        "CEILING_DENIED, 403",
        "UNKNOWN_DESTINATION, 503",
        "DISABLED, 503",
        "TOO_MANY, 503",
        "DRAINING, 503",
        "PROTOCOL_MISSING, 503",
        "NOT_RESOLVED, 502",
        "CONNECTION_REFUSED, 502",
        "TLS_FAILED, 502",
        "INTERNAL, 502",
        "OTHER, 502",
        "TIMED_OUT, 504",
        "NO_CLIENT, 503",
    })
    void aRefusedOpenIsAnsweredByItsCode(OpenCode code, int status) {
        for (boolean later : new boolean[] {false, true}) {
            context.opened = io.netty.util.concurrent.ImmediateEventExecutor.INSTANCE.newPromise();
            context.answer = later ? null : new OpenReply(code, "10.0.0.5 is confidential");
            try (Talk talk = Talk.ingress(context)) {
                String passed = talk.read(GET);
                if (later) {
                    assertThat(passed).startsWith("GET /");
                    context.opened.setSuccess(new OpenReply(code, "10.0.0.5 is confidential"));
                }
                assertThat(talk.sent())
                        .startsWith("HTTP/1.1 " + status + " ")
                        .contains("\r\nContent-Type: text/plain;charset=utf-8\r\n")
                        .contains("\r\nConnection: close\r\n")
                        .doesNotContain("10.0.0.5", "resource.internal");
                assertThat(context.renewals)
                        .as("there is no stream to let go of")
                        .isZero();
                assertThat(talk.isOutputEnded()).isTrue();
                talk.endInput();
                assertThat(talk.channel.isOpen()).isFalse();
            }
        }
    }

    @Test
    void whoPrefersJsonGetsIt() {
        context.answer = new OpenReply(OpenCode.TOO_MANY, "");
        try (Talk talk = Talk.ingress(context)) {
            talk.read("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html;q=0.8, application/json\r\n\r\n");
            String answer = talk.sent();
            String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            assertThat(answer)
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n")
                    .contains("\r\nContent-Length: " + body.length() + "\r\n");
            assertThat(body)
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                            + "\"detail\":\"The gateway is at a limit. Try again later.\"}\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | true",
                "application/problem+json, text/plain;q=0.5 | true",
                "application/json, text/plain, */* | true",
                "text/html, application/json | false",
                "application/json;q=0.5, text/html | false",
                "application/json;q=0 | false",
                "application/json;q=nonsense | false",
                "*/* | false",
                "'' | false",
            })
    void jsonIsPreferredWhereItsWeightIsHighest(String accept, boolean json) {
        byte[] octets = Octets.ascii(accept);
        assertThat(Accepted.prefersJson(octets, 0, octets.length)).isEqualTo(json);
    }

    @Test
    void headGetsNoBody() {
        context.answer = new OpenReply(OpenCode.DENIED, "");
        for (String request : new String[] {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n"}) {
            try (Talk talk = Talk.ingress(context)) {
                talk.read(request);
                assertThat(talk.sent())
                        .startsWith("HTTP/1.1 40")
                        .contains("Content-Length: ")
                        .endsWith("\r\n\r\n");
            }
        }
    }

    @Test
    void aHeadHasHalfAMinuteFromItsFirstOctet() {
        try (Talk talk = Talk.ingress(context)) {
            talk.read(GET);
            talk.write(OK);
            pass(talk, 50);
            talk.read("GET / HTTP/1.1\r\n");
            for (int i = 0; i < 5; i++) {
                pass(talk, 5);
                talk.read("A: b\r\n");
            }
            assertThat(talk.sent()).isEmpty();
            pass(talk, 5);
            assertThat(talk.sent()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
            assertThat(talk.isOutputEnded()).isTrue();
        }
    }

    @Test
    void theFirstHeadHasHalfAMinuteFromTheConnectionsBeginning() {
        try (Talk talk = Talk.ingress(context)) {
            pass(talk, 20);
            talk.read("G");
            pass(talk, 10);
            assertThat(talk.sent()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
        }
        try (Talk talk = Talk.ingress(context)) {
            pass(talk, 30);
            assertThat(talk.sent()).as("nobody asked anything").isEmpty();
            assertThat(talk.isOutputEnded()).isTrue();
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() {
        try (Talk talk = Talk.ingress(context)) {
            talk.read(GET);
            talk.write(OK);
            pass(talk, 74);
            assertThat(talk.isOutputEnded()).isFalse();
            pass(talk, 1);
            assertThat(talk.isOutputEnded()).isTrue();
            assertThat(talk.sent()).isEmpty();
        }
    }

    @Test
    void anAnswerMayTakeItsTime() {
        try (Talk talk = Talk.ingress(context)) {
            talk.read(GET);
            pass(talk, 3600);
            assertThat(talk.write(OK)).isEqualTo(OK);
            pass(talk, 74);
            assertThat(talk.isOutputEnded()).isFalse();
        }
    }

    @Test
    void aConnectionThatIsGoneIsNotAnswered() {
        context.answer = null;
        Talk talk = Talk.ingress(context);
        talk.read(GET);
        talk.close();
        context.opened.setSuccess(new OpenReply(OpenCode.TIMED_OUT, ""));
        assertThat(talk.sent()).isEmpty();
    }

    private static void pass(Talk talk, int seconds) {
        for (int i = 0; i < seconds; i++) {
            talk.channel.advanceTimeBy(1, TimeUnit.SECONDS);
            talk.channel.runScheduledPendingTasks();
        }
    }
}
