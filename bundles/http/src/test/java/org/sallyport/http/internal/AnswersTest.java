// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.spi.StageEvent;

/** What an application gets to see of answers, and where each of them ends. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class AnswersTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String HEAD = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final Talk talk = Talk.ingress();

    @AfterEach
    void nothingIsLeft() {
        talk.close();
    }

    @Test
    void anAnswerThatNeedsNoChangePassesInTheBufferThatItCameIn() {
        talk.read(GET);
        assertThat(talk.write(OK)).isEqualTo(OK);
        assertThat(talk.cameThroughAsItWas()).isTrue();
        talk.read(GET + GET);
        assertThat(talk.write(OK + OK)).isEqualTo(OK + OK);
        assertThat(talk.cameThroughAsItWas()).isTrue();
        assertThat(talk.context.opens).isOne();
        assertThat(talk.isOutputEnded()).isFalse();
    }

    @Test
    void aBodyPassesInTheBuffersThatItComesIn() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        assertThat(talk.read("world")).isEqualTo("world");
        assertThat(talk.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"))
                .endsWith("hello");
        assertThat(talk.write("world")).isEqualTo("world");
        assertThat(talk.cameThroughAsItWas()).isTrue();
    }

    @Test
    void whatSpeaksOfTheResourcesConnectionEndsHere() {
        talk.read(GET);
        assertThat(talk.write(
                        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                                + "Upgrade: h2c\r\nContent-Length: 2\r\nX-Stays: 1\r\n\r\nok"))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Stays: 1\r\n\r\nok");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b c\"\r\nhello\r\n00\r\nA: b\r\n\r\n",
            })
    void anAnswerEndsWhereItsKindSays(String answer) {
        talk.read(GET);
        assertThat(talk.write(answer)).isEqualTo(answer);
        talk.read(GET);
        assertThat(talk.write(OK)).isEqualTo(OK);
        assertThat(talk.context.renewals).isZero();
    }

    @Test
    void the_answer_to_HEAD_has_no_body_whatever_it_says() {
        talk.read(HEAD + HEAD + HEAD + GET);
        String length = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n";
        String chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        String none = "HTTP/1.1 200 OK\r\n\r\n";
        assertThat(talk.write(length + chunks + none + OK)).isEqualTo(length + chunks + none + OK);
    }

    @Test
    void whatHasNoBodySaysNothingOfOne() {
        talk.read(GET);
        assertThat(talk.write("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                        .replace("Content-Length: 5\r\n", "")))
                .isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
    }

    @Test
    void interimAnswersPassBeforeTheAnswer() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 100 Continue\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(talk.read("hello")).isEqualTo("hello");
        String early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        assertThat(talk.write(early + OK)).isEqualTo(early + OK);
        talk.read(GET);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }

    @Test
    void http10GetsNoInterimAnswers() {
        talk.read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 103 Early Hints\r\n\r\n" + OK))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello");
        assertThat(talk.isOutputEnded()).isFalse();
    }

    @Test
    void chunksAreNothingForHttp10() {
        talk.read("GET / HTTP/1.0\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    void anAnswerWithoutALengthEndsWithTheStreamAndTheConnectionWithIt() {
        talk.read(GET);
        assertThat(talk.write("HTTP/1.1 200 OK\r\n\r\nsome"))
                .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome");
        assertThat(talk.write(" more")).isEqualTo(" more");
        assertThat(talk.isOutputEnded()).isFalse();
        talk.resource(StageEvent.RESOURCE_ENDED);
        assertThat(talk.isOutputEnded()).isTrue();
        talk.endInput();
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void suchAnAnswerThatBreaksOffResetsTheConnection() {
        talk.read(GET);
        talk.write("HTTP/1.1 200 OK\r\n\r\nsome");
        talk.resource(StageEvent.RESOURCE_BROKEN);
        assertThat(talk.events).containsExactly(StageEvent.RESOURCE_BROKEN);
    }

    @Test
    void theAnswerToTheLastRequestEndsTheConnectionInOrder() {
        assertThat(talk.read("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + GET))
                .as("nothing follows the last request")
                .containsOnlyOnce("GET / ");
        assertThat(talk.write(OK)).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.context.renewals).isOne();
        assertThat(talk.read("what still comes")).isEmpty();
        assertThat(talk.channel.isOpen()).isTrue();
        talk.endInput();
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void anApplicationThatDoesNotEndIsNotWaitedFor() {
        talk.read("GET / HTTP/1.0\r\n\r\n");
        talk.write(OK);
        talk.channel.advanceTimeBy(2, java.util.concurrent.TimeUnit.SECONDS);
        talk.channel.runScheduledPendingTasks();
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void anAnswerThatDoesNotWaitForTheBodyEndsTheConnection() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        assertThat(talk.write(OK)).isEqualTo(OK);
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.read("world" + GET)).isEmpty();
    }

    @Test
    void aFinalAnswerInPlaceOf100SaysThatTheConnectionEnds() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"))
                .isEqualTo("HTTP/1.1 417 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assertThat(talk.isOutputEnded()).isTrue();
    }

    @Test
    void answersOfHttp10ArePassedOnAsOurs() {
        talk.read(GET);
        assertThat(talk.write("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        assertThat(talk.context.renewals)
                .as("the resource takes no more on this stream")
                .isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "SSH-2.0-OpenSSH\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/1.1 20\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\n\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                "HTTP/1.1 200 O\0K\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
            })
    void anAnswerThatIsNoneIs502(String answer) {
        talk.read(GET);
        assertThat(talk.write(answer))
                .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                .doesNotContain("hello");
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.context.renewals).isOne();
    }

    @Test
    void aGoodAnswerBeforeABadOneArrives() {
        talk.read(GET + GET);
        assertThat(talk.write(OK + "nonsense\r\n")).startsWith(OK + "HTTP/1.1 502 ");
    }

    @Test
    void aBadChunkInAnAnswerResetsTheConnection() {
        talk.read(GET);
        talk.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(talk.write("nonsense")).isEmpty();
        assertThat(talk.context.reset).contains("broke an answer off");
    }

    @Test
    void eventsOfAServerLeaveAtOnce() {
        talk.read(GET);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertThat(talk.write(head)).isEqualTo(head);
        for (int i = 0; i < 3; i++) {
            assertThat(talk.write("9\r\ndata: a\n\n\r\n")).isEqualTo("9\r\ndata: a\n\n\r\n");
        }
    }

    @Test
    void aServerThatSpeaksUnaskedLosesItsStream() {
        talk.read(GET);
        talk.write(OK);
        assertThat(talk.write("HTTP/1.1 408 Request Timeout\r\n\r\n")).isEmpty();
        assertThat(talk.context.renewals).isOne();
        talk.read(GET);
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }

    @Test
    void requestsBeyondTheLimitWaitForAnAnswer() {
        assertThat(talk.read(GET.repeat(40)).split("GET", -1)).hasSize(33);
        assertThat(talk.channel.config().isAutoRead()).isFalse();
        talk.write(OK.repeat(30));
        assertThat(talk.passed().split("GET", -1)).hasSize(9);
        assertThat(talk.channel.config().isAutoRead()).isTrue();
        assertThat(talk.write(OK.repeat(10))).isEqualTo(OK.repeat(10));
    }

    @Test
    void aReadThatOthersAskForWhileRequestsWaitIsMadeAfterwards() {
        talk.read(GET.repeat(33));
        int before = talk.reads();
        talk.channel.config().setAutoRead(true);
        assertThat(talk.reads()).isEqualTo(before);
        talk.write(OK);
        assertThat(talk.reads()).isGreaterThan(before);
    }

    @Test
    void whatComesAfterTheEndIsReadAlthoughRequestsWaited() {
        talk.read(GET.repeat(33));
        talk.channel.config().setAutoRead(true);
        int before = talk.reads();
        talk.write("nonsense\r\n");
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.reads()).isGreaterThan(before);
    }

    @Test
    void theEndOfTheApplicationReachesTheResourceAndItsAnswerTheApplication() {
        talk.read(GET);
        talk.endInput();
        assertThat(talk.isInputEnded()).isTrue();
        assertThat(talk.write(OK)).isEqualTo(OK);
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void anApplicationThatEndsWithoutARequestIsClosed() {
        talk.endInput();
        assertThat(talk.channel.isOpen()).isFalse();
        assertThat(talk.sent()).isEmpty();
    }

    @Test
    void anEndBehindHeldRequestsWaitsWithThem() {
        talk.read(GET.repeat(40));
        talk.endInput();
        assertThat(talk.isInputEnded()).isFalse();
        talk.write(OK.repeat(32));
        assertThat(talk.isInputEnded()).isTrue();
        talk.write(OK.repeat(8));
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void drainingEndsAnIdleConnectionAndABusyOneWithItsAnswer() {
        talk.read(GET);
        talk.context.draining.setSuccess(null);
        assertThat(talk.isOutputEnded()).isFalse();
        assertThat(talk.write(OK)).contains("\r\nConnection: close\r\n");
        assertThat(talk.isOutputEnded()).isTrue();
        try (Talk idle = Talk.ingress()) {
            idle.context.draining.setSuccess(null);
            assertThat(idle.isOutputEnded()).isTrue();
        }
    }
}
