// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.Inquiry.Finding;

/** What a resource is asked by an operator's test, and what is made of its answer. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, matters
class HttpInquiryTest {
    private final FakeContext context = new FakeContext();

    private HttpInquiry inquiry() {
        return new HttpInquiry(context.destination(), HttpLimits.DEFAULTS);
    }

    private static @Nullable Finding hear(HttpInquiry inquiry, String text) {
        ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        try {
            return inquiry.heard(in);
        } finally {
            in.release();
        }
    }

    private static Finding found(HttpInquiry inquiry, String text) {
        Finding finding = hear(inquiry, text);
        if (finding == null) {
            throw new AssertionError("it waits for more");
        }
        return finding;
    }

    @ParameterizedTest
    @CsvSource({"resource.internal:8080,resource.internal:8080", "resource.internal:80,resource.internal"})
    void theResourceIsCalledAsItIsForApplications(String resource, String host) {
        context.resource = resource;
        ByteBuf question = inquiry().question();
        assertThat(question.toString(StandardCharsets.US_ASCII))
                .startsWith("HEAD / HTTP/1.1\r\nHost: " + host + "\r\n")
                .contains("\r\nConnection: close\r\n")
                .endsWith("\r\n\r\n");
        question.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"200 OK", "404 Not Found", "401 ", "503 Later", "301 Moved"})
    void everyAnswerPassesAndIsTold(String status) {
        assertThat(found(inquiry(), "HTTP/1.1 " + status + "\r\nServer: x\r\n\r\n"))
                .isEqualTo(new Finding(true, "HTTP/1.1 " + status + " to HEAD /"));
    }

    @Test
    void anAnswerInPiecesBehindAnInterimOneIsHeard() {
        HttpInquiry inquiry = inquiry();
        assertThat(hear(inquiry, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 20")).isNull();
        assertThat(hear(inquiry, "4 Nothing\r\n")).isNull();
        assertThat(found(inquiry, "\r\n").text()).isEqualTo("HTTP/1.0 204 Nothing to HEAD /");
    }

    @Test
    void whatIsNotHttpFailsWithItsBeginning() {
        Finding finding = found(inquiry(), "220 ready\r\n");
        assertThat(finding.passed()).isFalse();
        assertThat(finding.text())
                .startsWith("resource.internal:8080 does not answer in HTTP/1.1: ")
                .contains("begins with '220 ready")
                .contains("--protocol tcp");
    }

    @Test
    void noControlCharacterOfTheResourceIsTold() {
        Finding status = found(inquiry(), "HTTP/1.1 200 \u009b31mred\r\n\r\n");
        Finding banner = found(inquiry(), "\u001b]0;owned\u0007\r\n");
        assertThat(status.text() + banner.text()).matches("[^\\p{Cntrl}]*");
        assertThat(found(inquiry(), "HTTP/1.1 200 " + "x".repeat(5_000) + "\r\n\r\n")
                        .text())
                .hasSizeLessThan(100);
    }

    @Test
    void aResourceThatSpeaksTlsIsToldAsSuch() {
        assertThat(found(inquiry(), "\u0015\u0003\u0001\u0000\u0002\u0002\u0016")
                        .text())
                .contains("speaks TLS")
                .contains("--resource-tls tls");
    }

    @Test
    void anEndWithoutAnAnswerFails() {
        assertThat(inquiry().ended().passed()).isFalse();
        assertThat(inquiry().ended().text()).contains("ended the connection without an answer");
        HttpInquiry begun = inquiry();
        assertThat(hear(begun, "HTTP/1.1 2")).isNull();
        assertThat(begun.ended().text()).contains("after 'HTTP/1.1 2'");
    }
}
