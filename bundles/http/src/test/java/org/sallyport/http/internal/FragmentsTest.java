// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a conversation is cut into pieces, the other side gets the same. */
class FragmentsTest {
    private static final int ROUNDS = 25;
    private static final String REQUESTS =
            """
            GET /first HTTP/1.1
            Host: a

            POST /second HTTP/1.1
            Host: a
            Content-Length: 26
            Connection: keep-alive

            GET /not-a-request HTTP/1.POST /third HTTP/1.1
            Host: a
            Transfer-Encoding: chunked

            4
            GET\s
            000a;x="y"
            0123456789
            0
            Trailer-A: b

            HEAD http://a/fourth HTTP/1.1
            Host: b
            Expect: nothing

            GET /chat HTTP/1.1
            Host: a
            Connection: upgrade
            Upgrade: websocket

            raw, not HTTP
            """
                    .replace("\n", "\r\n");
    private static final String ANSWERS =
            """
            HTTP/1.1 103 Early Hints
            Link: </x>

            HTTP/1.1 200 OK
            Content-Length: 17
            Keep-Alive: timeout=5

            HTTP/1.1 200 no
            HTTP/1.1 204 No Content
            Connection: x-hop
            X-Hop: 1

            HTTP/1.1 200 OK
            Transfer-Encoding: chunked

            5;a
            01234
            0
            B: c

            HTTP/1.1 200 OK
            Content-Length: 1000

            HTTP/1.1 101 Switching Protocols
            Connection: upgrade
            Upgrade: websocket

            raw, not HTTP
            """
                    .replace("\n", "\r\n");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 30, 200})
    void piecesMakeTheSameAsTheWhole(int most) {
        String whole = converse(REQUESTS::length);
        assertThat(whole).contains("HEAD /fourth HTTP/1.1\r\n").endsWith("raw, not HTTP\r\n");
        Random random = new Random(most);
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(converse(() -> 1 + random.nextInt(most))).isEqualTo(whole);
        }
    }

    /** @param size of the next piece */
    private static String converse(IntSupplier size) {
        try (Talk talk = Talk.ingress()) {
            StringBuilder passed = new StringBuilder();
            StringBuilder sent = new StringBuilder();
            for (int at = 0, to; at < REQUESTS.length(); at = to) {
                to = Math.min(at + size.getAsInt(), REQUESTS.length());
                passed.append(talk.read(REQUESTS.substring(at, to)));
            }
            for (int at = 0, to; at < ANSWERS.length(); at = to) {
                to = Math.min(at + size.getAsInt(), ANSWERS.length());
                sent.append(talk.write(ANSWERS.substring(at, to)));
            }
            return sent.toString() + passed + talk.passed();
        }
    }
}
