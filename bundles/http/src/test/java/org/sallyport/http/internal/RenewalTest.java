// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.spi.StageEvent;

/** The application's connection outlives its stream. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class RenewalTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final Talk talk = Talk.ingress();

    @AfterEach
    void nothingIsLeft() {
        talk.close();
    }

    @ParameterizedTest
    @EnumSource(StageEvent.class)
    void betweenRequestsAStreamMayEndAndTheNextRequestOpensAnother(StageEvent event) {
        talk.read(GET);
        talk.write(OK);
        talk.resource(event);
        assertThat(talk.events).isEmpty();
        assertThat(talk.context.renewals).isOne();
        assertThat(talk.context.opens).isOne();

        assertThat(talk.read(GET)).startsWith("GET / HTTP/1.1\r\n");
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }

    @ParameterizedTest
    @EnumSource(StageEvent.class)
    void aRequestThatMetTheEndOfAnIdleStreamIsSentAgainOnce(StageEvent event) {
        talk.read(GET);
        talk.write(OK);
        String sent = talk.read(GET);
        talk.resource(event);
        assertThat(talk.passed()).isEqualTo(sent);
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.sent()).isEmpty();

        talk.resource(event);
        assertThat(talk.passed()).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 502 ");
        assertThat(talk.isOutputEnded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
                GET + GET,
            })
    void whatMightDoSomethingTwiceIsNotRepeated(String request) {
        talk.read(GET);
        talk.write(OK);
        talk.read(request);
        talk.resource(StageEvent.RESOURCE_ENDED);
        assertThat(talk.passed()).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 502 ");
    }

    @Test
    void nothingIsRepeatedThatAFreshStreamDidNotAnswer() {
        talk.read(GET);
        talk.resource(StageEvent.RESOURCE_ENDED);
        assertThat(talk.passed()).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 502 ");
        assertThat(talk.context.renewals).isOne();
    }

    @Test
    void nothingIsRepeatedOfWhichAnAnswerHadBegun() {
        talk.read(GET);
        talk.write(OK);
        talk.read(GET);
        talk.write("HTTP/1.1 2");
        talk.resource(StageEvent.RESOURCE_ENDED);
        assertThat(talk.passed()).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 502 ");
    }

    @Test
    void aPartOfAnAnswerIsNotTakenForTheWhole() {
        talk.read(GET);
        talk.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        talk.resource(StageEvent.RESOURCE_ENDED);
        assertThat(talk.context.reset).contains("ended within an answer");
        assertThat(talk.sent()).isEmpty();
    }

    @Test
    void aStreamThatBreaksWithinAnAnswerBreaksTheConnection() {
        talk.read(GET);
        talk.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        talk.resource(StageEvent.RESOURCE_BROKEN);
        assertThat(talk.events).containsExactly(StageEvent.RESOURCE_BROKEN);
    }

    @Test
    void aResourceThatClosesAfterItsAnswerDoesNotCloseTheApplication() {
        talk.read(GET);
        assertThat(talk.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhel"))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        assertThat(talk.read(GET)).as("a request that it would not take waits").isEmpty();
        assertThat(talk.write("lo")).isEqualTo("lo");
        assertThat(talk.context.renewals).isOne();
        assertThat(talk.passed()).startsWith("GET /");
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }

    @Test
    void aResourceThatClosesWithRequestsUnansweredClosesTheApplicationToo() {
        talk.read(GET + GET);
        assertThat(talk.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assertThat(talk.isOutputEnded()).isTrue();
    }

    @Test
    void theNextRequestAfterAChangeOfRulesOpensAnotherStream() {
        talk.read(GET);
        talk.write(OK);
        talk.context.stale = true;
        assertThat(talk.context.renewals).isZero();
        assertThat(talk.read(GET)).startsWith("GET / HTTP/1.1\r\n");
        assertThat(talk.context.renewals).isOne();
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.write(OK)).isEqualTo(OK);
        talk.read(GET);
        assertThat(talk.context.opens).isEqualTo(2);
    }

    @Test
    void aChangeOfRulesDoesNotDisturbWhatIsUnderWay() {
        talk.read(GET);
        talk.context.stale = true;
        assertThat(talk.read(GET))
                .as("a request that would go by the old rules waits")
                .isEmpty();
        assertThat(talk.write(OK.substring(0, OK.length() - 2))).isEqualTo(OK.substring(0, OK.length() - 2));
        assertThat(talk.context.renewals).isZero();
        assertThat(talk.write("lo")).isEqualTo("lo");
        assertThat(talk.passed()).startsWith("GET /");
        assertThat(talk.context.renewals).isOne();
        assertThat(talk.context.opens).isEqualTo(2);
        assertThat(talk.write(OK)).isEqualTo(OK);
    }
}
