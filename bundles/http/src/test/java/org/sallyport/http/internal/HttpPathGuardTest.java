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
    void nothingIsLeft() {
        talk.close();
    }

    @Test
    void whatIsAllowedPassesInItsOwnBuffer() {
        assertThat(talk.write(GOOD + POST + GOOD)).isEqualTo(GOOD + POST + GOOD);
        assertThat(talk.cameThroughAsItWas()).isTrue();
        assertThat(asked).containsExactly("/good", "/good", "/good");
        assertThat(talk.read(OK + OK + OK)).isEqualTo(OK + OK + OK);
    }

    @Test
    void aHeadInPiecesPassesWhenItIsWhole() {
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
    void whatIsDeniedIsAnsweredAndNothingFollowsIt() {
        assertThat(talk.write(BAD + GOOD)).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 403 Forbidden\r\n").contains("\r\nConnection: close\r\n");
        assertThat(talk.events).containsExactly(ChannelInputShutdownEvent.INSTANCE);
        assertThat(talk.write(GOOD)).isEmpty();
        assertThat(talk.read(OK)).isEmpty();
    }

    @Test
    void theAnswerToWhatIsDeniedKeepsItsPlace() {
        assertThat(talk.write(GOOD + POST + BAD + GOOD)).isEqualTo(GOOD + POST);
        assertThat(talk.passed()).isEmpty();
        assertThat(talk.read(OK)).isEqualTo(OK);
        assertThat(talk.read(OK.substring(0, 40))).isEqualTo(OK.substring(0, 40));
        assertThat(talk.read(OK.substring(40))).startsWith(OK.substring(40) + "HTTP/1.1 403 ");
        assertThat(talk.events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/good/%2e%2e/bad", "/good/../bad", "/bad?/good", "/"})
    void itIsAskedForWhatTheResourceWouldUnderstand(String target) {
        assertThat(talk.write("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /bad/../good HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /bad/%2e%2e/good HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /./good HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /good%2f..%2fbad HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /good/..;/bad HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /good HTTP/1.1\nHost: a\r\n\r\n",
                "GET /good HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            })
    void whatIsNotBeyondDoubtIsRefused(String request) {
        assertThat(talk.write(request)).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void theRulesOfEachRequestAreThoseOfItsTime() {
        assertThat(talk.write(GOOD)).isEqualTo(GOOD);
        assertThat(talk.read(OK)).isEqualTo(OK);
        context.pathRules = false;
        String doubtful = "GET /bad%2f;x HTTP/1.1\r\nHost: a\r\n\r\n";
        assertThat(talk.write(doubtful)).isEqualTo(doubtful);
        assertThat(talk.read(OK)).isEqualTo(OK);
        context.pathRules = true;
        context.paths = path -> false;
        assertThat(talk.write(GOOD)).isEmpty();
        assertThat(talk.passed()).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void aBodyThatGoesBadResetsTheConnection() {
        talk.write("POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(talk.write("nonsense")).isEmpty();
        assertThat(context.reset).isNotNull();
    }

    @Test
    void aWebsocketPassesAfter101AndARequestAfterAnotherAnswer() {
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
    void upgradesBehindUpgradesWaitEachForItsAnswer() {
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
    void whoDoesNotWaitForAnUpgradeIsNotKeptForEver() {
        talk.write("GET /good HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        talk.write("x".repeat(60_000));
        assertThat(context.reset).isNull();
        talk.write("x".repeat(10_000));
        assertThat(context.reset).isNotNull();
    }

    @Test
    void anAnswerThatIsNoneResetsTheConnection() {
        talk.write(GOOD);
        assertThat(talk.read("nonsense\r\n")).isEmpty();
        assertThat(context.reset).isNotNull();
    }
}
