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
    void nothing_is_left() {
        talk.close();
    }

    @Test
    void an_answer_that_needs_no_change_passes_in_the_buffer_that_it_came_in() {
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
    void a_body_passes_in_the_buffers_that_it_comes_in() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        assertThat(talk.read("world")).isEqualTo("world");
        assertThat(talk.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"))
                .endsWith("hello");
        assertThat(talk.write("world")).isEqualTo("world");
        assertThat(talk.cameThroughAsItWas()).isTrue();
    }

    @Test
    void what_speaks_of_the_resources_connection_ends_here() {
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
    void an_answer_ends_where_its_kind_says(String answer) {
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
    void what_has_no_body_says_nothing_of_one() {
        talk.read(GET);
        assertThat(talk.write("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
                        .replace("Content-Length: 5\r\n", "")))
                .isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
    }

    @Test
    void interim_answers_pass_before_the_answer() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 100 Continue\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(talk.read("hello")).isEqualTo("hello");
        String early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        assertThat(talk.write(early + OK)).isEqualTo(early + OK);
        talk.read(GET);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }

    @Test
    void http_1_0_gets_no_interim_answers() {
        talk.read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 103 Early Hints\r\n\r\n" + OK))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello");
        assertThat(talk.isOutputEnded()).isFalse();
    }

    @Test
    void chunks_are_nothing_for_http_1_0() {
        talk.read("GET / HTTP/1.0\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 502 ");
    }

    @Test
    void an_answer_without_a_length_ends_with_the_stream_and_the_connection_with_it() {
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
    void such_an_answer_that_breaks_off_resets_the_connection() {
        talk.read(GET);
        talk.write("HTTP/1.1 200 OK\r\n\r\nsome");
        talk.resource(StageEvent.RESOURCE_BROKEN);
        assertThat(talk.events).containsExactly(StageEvent.RESOURCE_BROKEN);
    }

    @Test
    void the_answer_to_the_last_request_ends_the_connection_in_order() {
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
    void an_application_that_does_not_end_is_not_waited_for() {
        talk.read("GET / HTTP/1.0\r\n\r\n");
        talk.write(OK);
        talk.channel.advanceTimeBy(2, java.util.concurrent.TimeUnit.SECONDS);
        talk.channel.runScheduledPendingTasks();
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void an_answer_that_does_not_wait_for_the_body_ends_the_connection() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        assertThat(talk.write(OK)).isEqualTo(OK);
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.read("world" + GET)).isEmpty();
    }

    @Test
    void a_final_answer_in_place_of_100_says_that_the_connection_ends() {
        talk.read("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assertThat(talk.write("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"))
                .isEqualTo("HTTP/1.1 417 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assertThat(talk.isOutputEnded()).isTrue();
    }

    @Test
    void answers_of_http_1_0_are_passed_on_as_ours() {
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
    void an_answer_that_is_none_is_502(String answer) {
        talk.read(GET);
        assertThat(talk.write(answer))
                .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                .doesNotContain("hello");
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.context.renewals).isOne();
    }

    @Test
    void a_good_answer_before_a_bad_one_arrives() {
        talk.read(GET + GET);
        assertThat(talk.write(OK + "nonsense\r\n")).startsWith(OK + "HTTP/1.1 502 ");
    }

    @Test
    void a_bad_chunk_in_an_answer_resets_the_connection() {
        talk.read(GET);
        talk.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(talk.write("nonsense")).isEmpty();
        assertThat(talk.context.reset).contains("broke an answer off");
    }

    @Test
    void events_of_a_server_leave_at_once() {
        talk.read(GET);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertThat(talk.write(head)).isEqualTo(head);
        for (int i = 0; i < 3; i++) {
            assertThat(talk.write("9\r\ndata: a\n\n\r\n")).isEqualTo("9\r\ndata: a\n\n\r\n");
        }
    }

    @Test
    void a_server_that_speaks_unasked_loses_its_stream() {
        talk.read(GET);
        talk.write(OK);
        assertThat(talk.write("HTTP/1.1 408 Request Timeout\r\n\r\n")).isEmpty();
        assertThat(talk.context.renewals).isOne();
        talk.read(GET);
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }

    @Test
    void requests_beyond_the_limit_wait_for_an_answer() {
        assertThat(talk.read(GET.repeat(40)).split("GET", -1)).hasSize(33);
        assertThat(talk.channel.config().isAutoRead()).isFalse();
        talk.write(OK.repeat(30));
        assertThat(talk.passed().split("GET", -1)).hasSize(9);
        assertThat(talk.channel.config().isAutoRead()).isTrue();
        assertThat(talk.write(OK.repeat(10))).isEqualTo(OK.repeat(10));
    }

    @Test
    void a_read_that_others_ask_for_while_requests_wait_is_made_afterwards() {
        talk.read(GET.repeat(33));
        int before = talk.reads();
        talk.channel.config().setAutoRead(true);
        assertThat(talk.reads()).isEqualTo(before);
        talk.write(OK);
        assertThat(talk.reads()).isGreaterThan(before);
    }

    @Test
    void what_comes_after_the_end_is_read_although_requests_waited() {
        talk.read(GET.repeat(33));
        talk.channel.config().setAutoRead(true);
        int before = talk.reads();
        talk.write("nonsense\r\n");
        assertThat(talk.isOutputEnded()).isTrue();
        assertThat(talk.reads()).isGreaterThan(before);
    }

    @Test
    void the_end_of_the_application_reaches_the_resource_and_its_answer_the_application() {
        talk.read(GET);
        talk.endInput();
        assertThat(talk.isInputEnded()).isTrue();
        assertThat(talk.write(OK)).isEqualTo(OK);
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void an_application_that_ends_without_a_request_is_closed() {
        talk.endInput();
        assertThat(talk.channel.isOpen()).isFalse();
        assertThat(talk.sent()).isEmpty();
    }

    @Test
    void an_end_behind_held_requests_waits_with_them() {
        talk.read(GET.repeat(40));
        talk.endInput();
        assertThat(talk.isInputEnded()).isFalse();
        talk.write(OK.repeat(32));
        assertThat(talk.isInputEnded()).isTrue();
        talk.write(OK.repeat(8));
        assertThat(talk.channel.isOpen()).isFalse();
    }

    @Test
    void draining_ends_an_idle_connection_and_a_busy_one_with_its_answer() {
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
