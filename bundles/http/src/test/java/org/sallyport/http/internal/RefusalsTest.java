// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that two readers could read in two ways, and others that are no requests: none reaches the resource. */
@SuppressWarnings("StringConcatToTextBlock") // where lines end, and how, is what is tested
class RefusalsTest {
    private static final String HOST = "Host: a\r\n";
    private static final String POST = "POST / HTTP/1.1\r\n" + HOST;
    private static final String GET = "GET / HTTP/1.1\r\n" + HOST;
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    static Stream<Arguments> heads() {
        return Stream.of(
                at(400, "two lengths that differ", POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
                at(400, "two lengths that agree", POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),
                at(400, "a list of lengths", POST + "Content-Length: 5, 5\r\n\r\n"),
                at(400, "a length with a sign", POST + "Content-Length: +5\r\n\r\n"),
                at(400, "a negative length", POST + "Content-Length: -5\r\n\r\n"),
                at(400, "a length in hexadecimal", POST + "Content-Length: 0x5\r\n\r\n"),
                at(400, "a length with a blank in it", POST + "Content-Length: 5 5\r\n\r\n"),
                at(400, "an empty length", POST + "Content-Length:\r\n\r\n"),
                at(400, "a length that overflows", POST + "Content-Length: 18446744073709551621\r\n\r\n"),
                at(400, "length and chunks", POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
                at(400, "chunks and length", POST + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"),
                at(400, "identity", POST + "Transfer-Encoding: identity\r\n\r\n"),
                at(400, "gzip in chunks", POST + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
                at(400, "chunks in gzip", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n"),
                at(400, "chunks twice", POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
                at(400, "chunks twice in one", POST + "Transfer-Encoding: chunked, chunked\r\n\r\n"),
                at(400, "xchunked", POST + "Transfer-Encoding: xchunked\r\n\r\n"),
                at(400, "quoted chunked", POST + "Transfer-Encoding: \"chunked\"\r\n\r\n"),
                at(400, "chunked with a tab in it", POST + "Transfer-Encoding: chunk\ted\r\n\r\n"),
                at(400, "an empty encoding", POST + "Transfer-Encoding:\r\n\r\n"),
                at(400, "chunks in 1.0", "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n"),
                at(400, "a folded line", GET + "A: b\r\n c\r\n\r\n"),
                at(400, "a folded line with a tab", POST + "Transfer-Encoding:\r\n\tchunked\r\n\r\n"),
                at(400, "a blank before the first header", "GET / HTTP/1.1\r\n " + HOST + "\r\n"),
                at(400, "a bare LF after the first line", "GET / HTTP/1.1\n" + HOST + "\r\n"),
                at(400, "a bare LF after a header", GET + "A: b\nC: d\r\n\r\n"),
                at(400, "a bare LF at the end", GET + "A: b\r\n\n"),
                at(400, "a bare CR in a value", GET + "A: b\rC: d\r\n\r\n"),
                at(400, "a bare CR in the first line", "GET /\rx HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "CR CR LF", GET + "A: b\r\r\n\r\n"),
                at(400, "a blank before a colon", POST + "Content-Length : 5\r\n\r\n"),
                at(400, "a tab before a colon", POST + "Transfer-Encoding\t: chunked\r\n\r\n"),
                at(400, "a blank in a name", GET + "A b: c\r\n\r\n"),
                at(400, "no colon", GET + "nonsense\r\n\r\n"),
                at(400, "no name", GET + ": b\r\n\r\n"),
                at(400, "NUL in a value", GET + "A: b\0c\r\n\r\n"),
                at(400, "NUL in a name", GET + "A\0: c\r\n\r\n"),
                at(400, "a control character", GET + "A: b\u0007\r\n\r\n"),
                at(400, "DEL", GET + "A: b\u007f\r\n\r\n"),
                at(400, "a name above ASCII", GET + "\u00c4: b\r\n\r\n"),
                at(400, "no host", "GET / HTTP/1.1\r\n\r\n"),
                at(400, "no host, an address", "GET http://a/ HTTP/1.1\r\n\r\n"),
                at(400, "two hosts", GET + "Host: b\r\n\r\n"),
                at(400, "two hosts in 1.0", "GET / HTTP/1.0\r\n" + HOST + HOST + "\r\n"),
                at(400, "a list of hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
                at(400, "a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
                at(400, "a host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
                at(400, "a host with a quote", "GET / HTTP/1.1\r\nHost: a\"b\r\n\r\n"),
                at(400, "a host with a bad port", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"),
                at(400, "a port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
                at(400, "an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
                at(400, "something behind a bracket", "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"),
                at(400, "an address with a user", "GET http://u:p@a/ HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "an address without a host", "GET http:///x HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "another scheme", "GET ftp://a/x HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "no slash", "GET x HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "an asterisk for GET", "GET * HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "a fragment", "GET /#x HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "two blanks before the target", "GET  / HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "two blanks after the target", "GET /  HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "a tab", "GET\t/ HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "a blank in the target", "GET /a b HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "a blank at the end", "GET / HTTP/1.1 \r\n" + HOST + "\r\n"),
                at(400, "a blank at the beginning", " GET / HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "a method that is none", "GE(T / HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "a target above ASCII", "GET /\u00e4 HTTP/1.1\r\n" + HOST + "\r\n"),
                at(400, "no version", "GET /\r\n" + HOST + "\r\n"),
                at(400, "a version in small letters", "GET / http/1.1\r\n" + HOST + "\r\n"),
                at(400, "a long version", "GET / HTTP/1.10\r\n" + HOST + "\r\n"),
                at(400, "a first line alone", "nonsense\r\n"),
                at(400, "TLS", "\u0016\u0003\u0001\u0002"),
                at(400, "three empty lines", "\r\n\r\n\r\n"),
                at(400, "connection with nonsense", GET + "Connection: a b\r\n\r\n"),
                at(
                        400,
                        "a WebSocket with a body",
                        GET + "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\n"),
                at(501, "CONNECT", "CONNECT a:443 HTTP/1.1\r\n" + HOST + "\r\n"),
                at(
                        501,
                        "h2c",
                        GET + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\n"),
                at(501, "h2c beside a WebSocket", GET + "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n"),
                at(505, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                at(505, "HTTP/1.2", "GET / HTTP/1.2\r\n" + HOST + "\r\n"),
                at(505, "HTTP/0.9", "GET / HTTP/0.9\r\n" + HOST + "\r\n"),
                at(414, "a long target", "GET /" + "x".repeat(8200) + " HTTP/1.1\r\n" + HOST + "\r\n"),
                at(414, "a target without an end", "GET /" + "x".repeat(9000)),
                at(431, "a long header", GET + "A: " + "x".repeat(33_000) + "\r\n\r\n"),
                at(431, "a header without an end", GET + "A: " + "x".repeat(34_000)),
                at(431, "long headers", GET + ("A: " + "x".repeat(7000) + "\r\n").repeat(10) + "\r\n"),
                at(431, "many headers", GET + "A: b\r\n".repeat(200) + "\r\n"));
    }

    private static Arguments at(int status, String what, String request) {
        return Arguments.of(status, what, request);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("heads")
    void aHeadThatIsNotBeyondDoubtIsAnsweredAndPassesNobody(int status, String what, String request) {
        try (Talk talk = Talk.ingress()) {
            assertThat(talk.read(request)).isEmpty();
            assertThat(talk.sent()).startsWith("HTTP/1.1 " + status + " ").contains("\r\nConnection: close\r\n");
            assertThat(talk.context.opens).isZero();
            assertThat(talk.isOutputEnded()).isTrue();
            assertThat(talk.read(GET + "\r\n")).as("what follows is dropped").isEmpty();
        }
    }

    @ParameterizedTest(name = "{1}, in pieces")
    @MethodSource("heads")
    void soItIsWhenItComesInPieces(int status, String what, String request) {
        try (Talk talk = Talk.ingress()) {
            int piece = request.length() < 500 ? 1 : 97;
            for (int at = 0; at < request.length(); at += piece) {
                assertThat(talk.read(request.substring(at, Math.min(at + piece, request.length()))))
                        .isEmpty();
            }
            assertThat(talk.sent()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    static Stream<String> chunks() {
        return Stream.of(
                "+5\r\nhello\r\n",
                "-5\r\nhello\r\n",
                "0x5\r\nhello\r\n",
                " 5\r\nhello\r\n",
                "5 \r\nhello\r\n",
                "5\t;a\r\nhello\r\n",
                "5_\r\nhello\r\n",
                "g\r\n",
                "\r\n",
                ";a\r\n",
                "10000000000000005\r\nhello\r\n",
                "0000000000000005\r\nhello\r\n",
                "ffffffffffffffff\r\n",
                "5\nhello\r\n",
                "5\rhello\r\n",
                "5\r\r\nhello\r\n",
                "5\r\nhello!\r\n",
                "5\r\nhell\r\n0\r\n",
                "5\r\nhello\n0\r\n",
                "5;a\0\r\nhello\r\n",
                "5;a\nb\r\nhello\r\n",
                "5;" + "a".repeat(1100) + "\r\nhello\r\n",
                "0\r\nA b: c\r\n\r\n",
                "0\r\n: c\r\n\r\n",
                "0\r\nnonsense\r\n\r\n",
                "0\r\n folded\r\n\r\n",
                "0\r\nA: b\nC: d\r\n\r\n",
                "0\r\nA: \0\r\n\r\n",
                "0\r\nContent-Length: 5\r\n\r\n",
                "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "0\r\nhost: b\r\n\r\n",
                "0\r\nX-Forwarded-For: b\r\n\r\n",
                "0\r\n\n",
                "0\r\n\rx");
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void aChunkThatIsNotBeyondDoubtIsAnsweredAndLetsGoOfTheStream(String chunks) {
        try (Talk talk = Talk.ingress()) {
            assertThat(talk.read(CHUNKED)).startsWith("POST / HTTP/1.1\r\n");
            assertThat(talk.read(chunks)).isEmpty();
            assertThat(talk.sent()).startsWith("HTTP/1.1 400 ");
            assertThat(talk.context.renewals).as("the stream is let go").isOne();
            assertThat(talk.isOutputEnded()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void soItIsWhenTheChunkComesOctetByOctet(String chunks) {
        try (Talk talk = Talk.ingress()) {
            String passed = talk.read(CHUNKED);
            for (int i = 0; i < chunks.length(); i++) {
                passed += talk.read(chunks.substring(i, i + 1));
            }
            assertThat(passed).doesNotEndWith("\r\n0\r\n\r\n");
            assertThat(talk.sent()).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void trailersHaveLimitsToo() {
        for (String trailers : new String[] {
            "A: b\r\n".repeat(201), ("A: " + "b".repeat(33_000)), ("A: " + "b".repeat(30_000) + "\r\n").repeat(3)
        }) {
            try (Talk talk = Talk.ingress()) {
                talk.read(CHUNKED);
                talk.read("0\r\n" + trailers);
                assertThat(talk.sent()).startsWith("HTTP/1.1 431 ");
            }
        }
    }

    @Test
    void aBadRequestBehindGoodOnesIsAnsweredInItsTurn() {
        try (Talk talk = Talk.ingress()) {
            talk.read(GET + "\r\n" + GET + "\r\n" + "nonsense\r\n" + GET + "\r\n");
            assertThat(talk.sent()).isEmpty();
            assertThat(talk.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"))
                    .endsWith("\r\n\r\na");
            assertThat(talk.isOutputEnded()).isFalse();
            assertThat(talk.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"))
                    .contains("\r\n\r\nbHTTP/1.1 400 Bad Request\r\n");
            assertThat(talk.isOutputEnded()).isTrue();
        }
    }

    @Test
    void aBodyThatGoesBadWithinItsAnswerResetsTheConnection() {
        try (Talk talk = Talk.ingress()) {
            talk.read(CHUNKED);
            talk.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            talk.read("nonsense");
            assertThat(talk.context.reset).contains("broke a request off");
            assertThat(talk.sent()).isEmpty();
        }
    }
}
