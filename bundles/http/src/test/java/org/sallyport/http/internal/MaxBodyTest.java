// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies that are larger than the operator wants. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class MaxBodyTest {
    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private final FakeContext context = new FakeContext();
    private final Talk talk = Talk.ingress(context);

    MaxBodyTest() {
        context.maxBody = 10;
    }

    @AfterEach
    void nothingIsLeft() {
        talk.close();
    }

    private static String post(int length) {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void aLengthBeyondTheLimitIsAnsweredBeforeAnythingIsOpened() {
        assertThat(talk.read(post(11) + "x")).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 413 Content Too Large\r\n").contains("Connection: close");
        assertThat(context.opens).isZero();
    }

    @Test
    void whatIsWithinTheLimitPasses() {
        assertThat(talk.read(post(10) + "0123456789")).endsWith("\r\n\r\n0123456789");
        talk.write(OK);
        assertThat(talk.read(CHUNKED + "6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n"))
                .endsWith("\r\n\r\n6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n");
    }

    @Test
    void aChunkThatPassesTheLimitIsNotTakenAndTheStreamIsLetGo() {
        assertThat(talk.read(CHUNKED + "6\r\n012345\r\n")).endsWith("6\r\n012345\r\n");
        assertThat(talk.read("5\r\n67890\r\n")).isEmpty();
        assertThat(talk.sent()).startsWith("HTTP/1.1 413 ");
        assertThat(context.renewals).isOne();
    }

    @Test
    void aRequestThatWaitsForItsTurnIsAnsweredAfterThoseBeforeIt() {
        talk.read(post(0) + post(11));
        assertThat(talk.sent()).isEmpty();
        assertThat(talk.write(OK)).startsWith(OK + "HTTP/1.1 413 ");
    }

    @Test
    void theLimitOfTheTimeHoldsAndNoneIsNone() {
        context.maxBody = 0;
        assertThat(talk.read(post(11) + "0123456789a")).endsWith("0123456789a");
        talk.write(OK);
        assertThat(talk.read(CHUNKED + "fffffff\r\n")).endsWith("fffffff\r\n");
    }
}
