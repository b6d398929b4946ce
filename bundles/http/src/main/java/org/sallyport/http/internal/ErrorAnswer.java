// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.sallyport.spi.OpenCode;

/**
 * What a gateway answers in place of the resource: a status, a sentence, and the end of the connection. As text, or as
 * RFC 9457 has it. Nothing of what is configured or what the resource said stands in it.
 */
final class ErrorAnswer {
    private ErrorAnswer() {}

    /**
     * Writes an answer.
     *
     * @param fault what happened
     * @param head whether HEAD is answered, which gets no body
     * @param json whether the application prefers JSON
     * @param allocator of the channel
     * @return a new buffer with the whole answer
     */
    static ByteBuf write(HttpFault fault, boolean head, boolean json, ByteBufAllocator allocator) {
        String title = title(fault.status());
        String body = json
                ? "{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + fault.status()
                        + ",\"detail\":\"" + fault.text() + "\"}\n"
                : fault.status() + " " + title + "\n" + fault.text() + "\n";
        String text = "HTTP/1.1 " + fault.status() + " " + title + "\r\nContent-Type: "
                + (json ? "application/problem+json" : "text/plain;charset=utf-8")
                + "\r\nContent-Length: " + body.length()
                + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" + (head ? "" : body);
        ByteBuf out = allocator.directBuffer(text.length());
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
        return out;
    }

    /** {@return what a refused open means to an application} */
    static HttpFault of(OpenCode code) {
        return switch (code) {
            case DENIED, CEILING_DENIED -> new HttpFault(403, "The gateway does not allow this resource.");
            case TIMED_OUT -> new HttpFault(504, "The resource was not reached in time.");
            case DISABLED -> new HttpFault(503, "The destination is disabled.");
            case TOO_MANY -> new HttpFault(503, "The gateway is at a limit. Try again later.");
            case NO_CLIENT -> new HttpFault(503, "The gateway has no way to the resource. Try again later.");
            case DRAINING -> new HttpFault(503, "The gateway is about to stop. Try again.");
            case PROTOCOL_MISSING, UNKNOWN_DESTINATION ->
                new HttpFault(503, "The destination is not ready. Try again later.");
            case NOT_RESOLVED, CONNECTION_REFUSED, TLS_FAILED -> new HttpFault(502, "The resource was not reached.");
            case OK, INTERNAL, OTHER -> new HttpFault(502, "The gateway failed to reach the resource.");
        };
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> throw new IllegalArgumentException("status " + status + ": no answer has it");
        };
    }
}
