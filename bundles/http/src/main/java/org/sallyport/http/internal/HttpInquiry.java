// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.Shown;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.Inquiry;

/**
 * Asks a resource for the head of its first page. Whatever it answers in HTTP is an answer, a refusal too; the answer is judged
 * as those to applications are.
 */
public final class HttpInquiry implements Inquiry {
    private static final int MOST_QUOTED = 40;
    private static final int TLS_ALERT = 0x15;

    private final Destination destination;
    private final HeadReader reader;
    private final ResponseHead head;
    private String beginning = "";

    /**
     * @param destination whose resource is asked
     * @param limits on the answer's head
     */
    public HttpInquiry(Destination destination, HttpLimits limits) {
        this.destination = destination;
        reader = new HeadReader(limits, false);
        head = new ResponseHead(reader);
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public ByteBuf question() {
        return Unpooled.copiedBuffer(
                "HEAD / HTTP/1.1\r\nHost: " + RequestWriter.host(destination)
                        + "\r\nUser-Agent: sallyport\r\nAccept: */*\r\nConnection: close\r\n\r\n",
                StandardCharsets.US_ASCII);
    }

    @Override
    public @Nullable Finding heard(ByteBuf in) {
        if (beginning.isEmpty()) {
            beginning = in.toString(
                    in.readerIndex(), Math.min(in.readableBytes(), MOST_QUOTED), StandardCharsets.ISO_8859_1);
        }
        try {
            while (reader.read(in)) {
                head.interpret();
                if (!head.isInterim()) {
                    return new Finding(true, Shown.of(statusLine()) + " to HEAD /");
                }
            }
            return null;
        } catch (HttpFault fault) {
            return new Finding(false, misunderstood(fault));
        }
    }

    private String statusLine() {
        int from = reader.startFrom();
        return new String(reader.octets(), from, reader.startTo() - from, StandardCharsets.ISO_8859_1);
    }

    private String misunderstood(HttpFault fault) {
        boolean plain = destination.options().resourceTls().security() == LegSecurity.NONE;
        if (plain && !beginning.isEmpty() && beginning.charAt(0) == TLS_ALERT) {
            return destination.resource() + " speaks TLS, not HTTP in the clear; destination:update " + destination.id()
                    + " --resource-tls tls protects the way to it";
        }
        return destination.resource() + " does not answer in HTTP/1.1: " + fault.text() + " Its answer begins with '"
                + Shown.of(beginning) + "'; destination:update " + destination.id()
                + " --protocol tcp (or tls) carries what it speaks";
    }

    @Override
    public Finding ended() {
        return new Finding(
                false,
                destination.resource() + " ended the connection without an answer to HEAD /"
                        + (beginning.isEmpty() ? "" : ", after '" + Shown.of(beginning) + "'")
                        + "; look at its log, and whether it speaks HTTP");
    }
}
