// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a resource gets to see of a request. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class RewritingTest {
    private static final String TAIL = "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
            + "X-Forwarded-Host: app.example\r\n"
            + "Forwarded: for=192.0.2.7;proto=http;host=\"app.example\"\r\n\r\n";

    private final FakeContext context = new FakeContext();

    private String rewritten(String request) {
        try (Talk talk = Talk.ingress(context)) {
            String passed = talk.read(request.replace("\n", "\r\n"));
            assertThat(talk.sent()).isEmpty();
            return passed;
        }
    }

    @Test
    void theHostIsTheResourcesAndWhereItCameFromIsTold() {
        assertThat(rewritten("GET /a?b=c HTTP/1.1\nHost: app.example\nAccept: */*\n\n"))
                .isEqualTo("GET /a?b=c HTTP/1.1\r\nHost: resource.internal:8080\r\nAccept: */*\r\n" + TAIL);
        assertThat(context.opens).isOne();
    }

    @ParameterizedTest
    @CsvSource({
        "resource.internal:80, resource.internal",
        "resource.internal:443, resource.internal:443",
        "10.1.2.3:8080, 10.1.2.3:8080",
        "[2001:db8::1]:80, [2001:db8::1]",
        "[fe80::1%eth0]:81, [fe80::1]:81",
    })
    void thePortIsLeftOutWhereTheSchemeImpliesIt(String resource, String host) {
        context.resource = resource;
        assertThat(rewritten("GET / HTTP/1.1\nHost: app.example\n\n")).contains("\r\nHost: " + host + "\r\n");
    }

    @Test
    void whatAStrangerSaysOfTheSourceDoesNotCount() {
        assertThat(rewritten(
                        "GET / HTTP/1.1\nX-Forwarded-For: 1.1.1.1\nX_Forwarded-For: 1.1.1.1\nForwarded: for=1.1.1.1\nHost: app.example\n"
                                + "X-Forwarded-Proto: gopher\nX-Forwarded-Host: evil.example\n\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\n" + TAIL);
    }

    @Test
    void whatATrustedProxySaysIsKeptAndAddedTo() {
        context.trusted = true;
        assertThat(rewritten("GET / HTTP/1.1\nHost: inner.example\nX-Forwarded-For: 203.0.113.9\nA: b\n"
                        + "X-Forwarded-For: 198.51.100.1\nForwarded: for=203.0.113.9\n"
                        + "X-Forwarded-Proto: https\nX-Forwarded-Host: outer.example\n\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\nA: b\r\nX-Forwarded-Proto: https\r\n"
                        + "X-Forwarded-Host: outer.example\r\n"
                        + "X-Forwarded-For: 203.0.113.9, 198.51.100.1, 192.0.2.7\r\n"
                        + "Forwarded: for=203.0.113.9, for=192.0.2.7;proto=http;host=\"inner.example\"\r\n\r\n");
    }

    @Test
    void whoIsTrustedIsAskedForEachRequest() {
        String request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n";
        try (Talk talk = Talk.ingress(context)) {
            assertThat(talk.read(request)).contains("X-Forwarded-For: 192.0.2.7\r\n");
            context.trusted = true;
            assertThat(talk.read(request)).contains("X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n");
        }
    }

    @Test
    void anAddressOfIpv6IsQuotedAsTheRfcHasIt() {
        context.source = "2001:db8::7";
        assertThat(rewritten("GET / HTTP/1.1\nHost: a\n\n"))
                .contains("X-Forwarded-For: 2001:db8:0:0:0:0:0:7\r\n")
                .contains("Forwarded: for=\"[2001:db8:0:0:0:0:0:7]\";proto=http;host=\"a\"\r\n");
    }

    @Test
    void whatSpeaksOfTheConnectionEndsHere() {
        assertThat(rewritten("GET / HTTP/1.1\nHost: app.example\nConnection: keep-alive, X-Hop\nKeep-Alive: timeout=5\n"
                        + "Proxy-Connection: keep-alive\nX-Hop: 1\nx-hop: 2\nUpgrade: tls/1.0\nX-Stays: 3\n\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\nX-Stays: 3\r\n" + TAIL);
    }

    @Test
    void connectionCanNotNameAwayWhatFramesAMessage() {
        assertThat(rewritten("POST / HTTP/1.1\nHost: app.example\nConnection: content-length, host\n"
                        + "Content-Length: 0\n\n"))
                .isEqualTo("POST / HTTP/1.1\r\nHost: resource.internal:8080\r\nContent-Length: 0\r\n" + TAIL);
    }

    @Test
    void ofWhatMayBeEncodedOnlyTrailersArePassedOn() {
        assertThat(rewritten("GET / HTTP/1.1\nHost: app.example\nTE: gzip, trailers;q=0.5\nConnection: TE\n\n"))
                .isEqualTo(
                        "GET / HTTP/1.1\r\nHost: resource.internal:8080\r\nConnection: TE\r\nTE: trailers\r\n" + TAIL);
        assertThat(rewritten("GET / HTTP/1.1\nHost: app.example\nTE: gzip\nConnection: TE\n\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\n" + TAIL);
    }

    @Test
    void theLastRequestSaysSo() {
        assertThat(rewritten("GET / HTTP/1.1\nHost: app.example\nConnection: close\n\n"))
                .isEqualTo("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\nConnection: close\r\n" + TAIL);
        assertThat(rewritten("GET / HTTP/1.0\nHost: app.example\n\n"))
                .isEqualTo("GET / HTTP/1.0\r\nHost: resource.internal:8080\r\nConnection: close\r\n" + TAIL);
        assertThat(rewritten("GET / HTTP/1.0\nHost: app.example\nConnection: keep-alive\n\n"))
                .isEqualTo("GET / HTTP/1.0\r\nHost: resource.internal:8080\r\nConnection: keep-alive\r\n" + TAIL);
    }

    @Test
    void http10NeedsNoHost() {
        assertThat(rewritten("GET / HTTP/1.0\nA: b\n\n"))
                .isEqualTo("GET / HTTP/1.0\r\nA: b\r\nHost: resource.internal:8080\r\nConnection: close\r\n"
                        + "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
                        + "Forwarded: for=192.0.2.7;proto=http\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET http://app.example/x?y HTTP/1.1, GET /x?y HTTP/1.1",
        "GET http://app.example HTTP/1.1, GET / HTTP/1.1",
        "GET HTTPS://app.example?y HTTP/1.1, GET /?y HTTP/1.1",
        "OPTIONS http://app.example HTTP/1.1, OPTIONS * HTTP/1.1",
        "OPTIONS * HTTP/1.1, OPTIONS * HTTP/1.1",
        "OPTIONS /x HTTP/1.1, OPTIONS /x HTTP/1.1",
        "X-OWN /x HTTP/1.1, X-OWN /x HTTP/1.1",
    })
    void targetsAreReducedToWhatAResourceExpects(String line, String expected) {
        String host = line.contains("//") ? "ignored.example" : "app.example";
        assertThat(rewritten(line + "\nHost: " + host + "\n\n"))
                .isEqualTo(expected + "\r\nHost: resource.internal:8080\r\n" + TAIL);
    }

    @Test
    void blanksAroundValuesAndOctetsAboveAsciiPass() {
        assertThat(rewritten("GET / HTTP/1.1\nHost:app.example\nA: \t b\u00e4\tc \t\nEmpty:\n\n"))
                .isEqualTo(
                        "GET / HTTP/1.1\r\nHost: resource.internal:8080\r\nA: \t b\u00e4\tc \t\r\nEmpty:\r\n" + TAIL);
    }

    @Test
    void anEmptyLineBeforeARequestIsIgnored() {
        assertThat(rewritten("\nGET / HTTP/1.1\nHost: app.example\n\n"))
                .startsWith("GET / HTTP/1.1\r\nHost: resource.internal:8080\r\n");
    }
}
