// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The path of a request in the one form that rules are asked with: decoded once, dot segments resolved. What two servers could
 * read in two ways is refused, not guessed: encoded slashes, backslashes, NUL and other control characters, semicolons, what is
 * encoded twice, empty segments, and what is no UTF-8.
 *
 * @param resolved begins with a slash
 * @param dotted whether there were dot segments. Clients resolve them (RFC 3986, 5.2.4); the resource gets them as they were sent,
 *     and not every server resolves them, so what is allowed by them is refused, too
 */
record RequestPath(String resolved, boolean dotted) {
    /**
     * Normalises the path of an interpreted head.
     *
     * @return the path
     * @throws HttpFault if it has more than one reading
     */
    static RequestPath of(RequestHead head) throws HttpFault {
        byte[] octets = head.reader.octets();
        int from = head.targetFrom();
        int to = from;
        while (to < head.targetTo() && octets[to] != '?') {
            to++;
        }
        if (from == to || octets[from] != '/') {
            // an address without a path, or the asterisk, which means all of the server
            return new RequestPath("/", false);
        }
        return resolve(decode(octets, from, to));
    }

    private static String decode(byte[] octets, int from, int to) throws HttpFault {
        ByteBuffer decoded = ByteBuffer.allocate(to - from);
        for (int i = from; i < to; i++) {
            byte octet = octets[i];
            if (octet == '%') {
                int high = i + 2 < to ? Octets.hex(octets[i + 1]) : -1;
                int low = i + 2 < to ? Octets.hex(octets[i + 2]) : -1;
                if (high < 0 || low < 0) {
                    throw refused();
                }
                octet = (byte) (high << 4 | low);
                i += 2;
                if (octet == '/') {
                    throw refused();
                }
            }
            if (octet == '\\' || octet == ';' || (octet >= 0 && octet < 0x20) || octet == 0x7F) {
                throw refused();
            }
            decoded.put(octet);
        }
        decoded.flip();
        for (int i = 0; i + 2 < decoded.limit(); i++) {
            if (decoded.get(i) == '%' && Octets.hex(decoded.get(i + 1)) >= 0 && Octets.hex(decoded.get(i + 2)) >= 0) {
                throw refused();
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(decoded).toString();
        } catch (CharacterCodingException e) {
            throw refused();
        }
    }

    private static RequestPath resolve(String path) throws HttpFault {
        Deque<String> segments = new ArrayDeque<>();
        int at = 1;
        boolean folder = false;
        boolean dotted = false;
        while (at <= path.length()) {
            int slash = path.indexOf('/', at);
            int end = slash < 0 ? path.length() : slash;
            String segment = path.substring(at, end);
            boolean dots = segment.equals(".") || segment.equals("..");
            dotted |= dots;
            folder = dots || segment.isEmpty();
            if (segment.isEmpty() && slash >= 0) {
                throw refused();
            }
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!folder) {
                segments.addLast(segment);
            }
            at = end + 1;
        }
        String joined = "/" + String.join("/", segments);
        return new RequestPath(folder && joined.length() > 1 ? joined + "/" : joined, dotted);
    }

    static HttpFault refused() {
        return HttpFault.bad("The path can be read in more than one way.");
    }
}
