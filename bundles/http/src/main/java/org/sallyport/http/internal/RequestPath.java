// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The path of a request in the one form that rules are asked with: decoded once. What two servers could read in two ways is
 * refused, not guessed: encoded slashes, backslashes, NUL and other control characters, semicolons, what is encoded twice,
 * empty segments, what is no UTF-8, and dot segments, which clients resolve (RFC 3986, 5.2.4): not every server does, and it is
 * given what the application sent.
 */
final class RequestPath {
    private RequestPath() {}

    /**
     * Reads the path of an interpreted head.
     *
     * @return the path; begins with a slash
     * @throws HttpFault if it has more than one reading
     */
    static String of(RequestHead head) throws HttpFault {
        byte[] octets = head.reader.octets();
        int from = head.targetFrom();
        int to = from;
        while (to < head.targetTo() && octets[to] != '?') {
            to++;
        }
        if (from == to || octets[from] != '/') {
            // an address without a path, or the asterisk, which means all of the server
            return "/";
        }
        return unambiguous(decode(octets, from, to));
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

    private static String unambiguous(String path) throws HttpFault {
        int at = 1;
        while (at <= path.length()) {
            int slash = path.indexOf('/', at);
            int end = slash < 0 ? path.length() : slash;
            String segment = path.substring(at, end);
            if ((segment.isEmpty() && slash >= 0) || segment.equals(".") || segment.equals("..")) {
                throw refused();
            }
            at = end + 1;
        }
        return path;
    }

    private static HttpFault refused() {
        return HttpFault.bad("The path can be read in more than one way.");
    }
}
