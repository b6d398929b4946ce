// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guard of paths at the end that dials: requests are written, answers are read. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class HttpPathGuardTest {
    private static final String GOOD = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String BAD = "GET /bad HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final FakeContext context = new FakeContext();
    private final List<String> asked = new ArrayList<>();
    private final Talk talk;

    HttpPathGuardTest() {
        context.paths = path -> {
            asked.add(path);
            return path.startsWith("/good");
        };
        talk = Talk.guard(context);
    }

    @AfterEach
    void nothing_is_left() {
        talk.close();
    }

    @Test
    void what_is_allowed_passes_in_its_own_buffer() {
        assertThat(talk.write(GOOD + POST + GOOD)).isEqualTo(GOOD + POST + GOOD);
        assertThat(talk.cameThroughAsItWas()).isTrue();
        assertThat(asked).containsExactly("/good", "/good", "/good");
        assertThat(talk.read(OK + OK + OK)).isEqualTo(OK + OK + OK);
    }

    @Test
    void a_head_in_pieces_passes_when_it_is_whole() {
        String passed = "";
        for (int i = 0; i < POST.length(); i++) {
            passed += talk.write(POST.substring(i, i + 1));
            if (i < POST.length() - 6) {
                assertThat(passed).isEmpty();
            }
        }
        assertThat(passed).isEqualTo(POST);
    }

    @Test
    void what_is_denied_is_answered_and_nothing_follows_it() {
        assertThat(talk.write(BAD + GOOD)).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 403 Forbidden\r\n").contains("\r\nConnection: close\r\n");
        assertThat(talk.events).containsExactly(ChannelInputShutdownEvent.INSTANCE);
        assertThat(talk.write(GOOD)).isEmpty();
        assertThat(talk.read(OK)).isEmpty();
    }

    @Test
    void the_answer_to_what_is_denied_keeps_its_place() {
        assertThat(talk.write(GOOD + POST + BAD + GOOD)).isEqualTo(GOOD + POST);
        assertThat(talk.passed()).isEmpty();
        assertThat(talk.read(OK)).isEqualTo(OK);
        assertThat(talk.read(OK.substring(0, 40))).isEqualTo(OK.substring(0, 40));
        assertThat(talk.read(OK.substring(40))).startsWith(OK.substring(40) + "HTTP/1.1 403 ");
        assertThat(talk.events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/good/%2e%2e/bad", "/good/../bad", "/bad?/good", "/"})
    void it_is_asked_for_what_the_resource_would_understand(String target) {
        assertThat(talk.write("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /good%2f..%2fbad HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /good/..;/bad HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /good HTTP/1.1\nHost: a\r\n\r\n",
                "GET /good HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            })
    void what_is_not_beyond_doubt_is_refused(String request) {
        assertThat(talk.write(request)).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void a_body_that_goes_bad_resets_the_connection() {
        talk.write("POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(talk.write("nonsense")).isEmpty();
        assertThat(context.reset).isNotNull();
    }

    @Test
    void a_websocket_passes_after_101_and_a_request_after_another_answer() {
        String upgrade = "GET /good HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        assertThat(talk.write(upgrade + BAD)).isEqualTo(upgrade);
        assertThat(talk.read(OK)).startsWith(OK + "HTTP/1.1 403 ");

        FakeContext other = new FakeContext();
        try (Talk socket = Talk.guard(other)) {
            assertThat(socket.write(upgrade + "raw")).isEqualTo(upgrade);
            String switching = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
            assertThat(socket.read(switching + "raw")).isEqualTo(switching + "raw");
            assertThat(socket.sent()).isEqualTo("raw");
            assertThat(socket.write(BAD)).isEqualTo(BAD);
        }
    }

    @Test
    void upgrades_behind_upgrades_wait_each_for_its_answer() {
        String upgrade = "GET /good HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
        assertThat(talk.write(upgrade)).isEqualTo(upgrade);
        assertThat(talk.write(upgrade + GOOD)).isEmpty();
        assertThat(talk.write(BAD)).isEmpty();
        talk.read(OK);
        assertThat(talk.sent()).isEqualTo(upgrade);
        assertThat(talk.read(OK)).startsWith(OK);
        assertThat(talk.sent()).isEqualTo(GOOD);
        assertThat(talk.read(OK)).startsWith(OK + "HTTP/1.1 403 ");
    }

    @Test
    void who_does_not_wait_for_an_upgrade_is_not_kept_for_ever() {
        talk.write("GET /good HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        talk.write("x".repeat(60_000));
        assertThat(context.reset).isNull();
        talk.write("x".repeat(10_000));
        assertThat(context.reset).isNotNull();
    }

    @Test
    void an_answer_that_is_none_resets_the_connection() {
        talk.write(GOOD);
        assertThat(talk.read("nonsense\r\n")).isEmpty();
        assertThat(context.reset).isNotNull();
    }
}
