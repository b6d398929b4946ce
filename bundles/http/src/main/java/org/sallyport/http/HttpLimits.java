// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http;

import java.time.Duration;

/**
 * Bounds on what is kept of a message and on how long it may take. Bodies stream, and
 * have a bound only where the operator sets one.
 *
 * @param requestLine bytes of a request line, its end not counted; longer ones are answered 414
 * @param headerLine bytes of one header or trailer line; longer ones are answered 431
 * @param head bytes of a whole head, and of the trailers of a message; larger ones are answered 431
 * @param headers how many header lines, and how many trailer lines; more are answered 431
 * @param chunkLine bytes of a chunk's size with its extensions; longer ones are answered 400
 * @param pipelined requests that wait for their answers at once; no more are read before one is answered
 * @param headTimeout from a head's first byte (the first head of a connection: from its beginning) to its last; then 408
 * @param idleTimeout between an answer and the next request; then the connection is closed
 * @param lingerTimeout how long what still comes is read after the last answer, so that the answer is not lost to a reset
 *     (RFC 9112, 9.6); shorter than the 5 s that the data plane gives to a stage that answers a refusal
 */
public record HttpLimits(
        int requestLine,
        int headerLine,
        int head,
        int headers,
        int chunkLine,
        int pipelined,
        Duration headTimeout,
        Duration idleTimeout,
        Duration lingerTimeout) {
    /** 8 KiB request line, 32 KiB header, 64 KiB head, 200 headers, 32 pipelined; 30 s, 75 s and 2 s. */
    public static final HttpLimits DEFAULTS = new HttpLimits(
            8 * 1024,
            32 * 1024,
            64 * 1024,
            200,
            1024,
            32,
            Duration.ofSeconds(30),
            Duration.ofSeconds(75),
            Duration.ofSeconds(2));

    public HttpLimits {
        if (requestLine < 1 || headerLine < 1 || head < requestLine || headers < 1 || chunkLine < 1 || pipelined < 1) {
            throw new IllegalArgumentException(
                    "limits: expected each 1 or more and the head no less than its first line");
        }
    }
}
