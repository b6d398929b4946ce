// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

/**
 * What the fields of a head say about framing and about the connection, the same for requests and answers (RFC 9112, 6 and 9).
 * Valid until the reader begins another head.
 */
abstract sealed class MessageHead permits RequestHead, ResponseHead {
    private static final byte[] CLOSE = Octets.ascii("close");
    private static final byte[] KEEP_ALIVE = Octets.ascii("keep-alive");
    private static final byte[] UPGRADE = Octets.ascii("upgrade");
    private static final byte[] CHUNKED = Octets.ascii("chunked");
    private static final byte[] WEBSOCKET = Octets.ascii("websocket");
    private static final byte[] H2C = Octets.ascii("h2c");
    private static final byte[] TRAILERS = Octets.ascii("trailers");
    private static final int MOST_DIGITS = 18;
    private static final int MOST_NAMED = 16;

    final HeadReader reader;
    private final int[] named = new int[MOST_NAMED * 2];
    private int namedCount;
    private int minor;
    private long contentLength;
    private boolean chunked;
    private boolean hopByHop;
    private boolean close;
    private boolean keepAlive;
    private boolean connectionUpgrade;
    private boolean websocket;
    private boolean h2c;
    private boolean takesTrailers;

    MessageHead(HeadReader reader) {
        this.reader = reader;
    }

    /** Looks at the fields of the head that was just read, after the version is known. */
    final void interpretFields() throws HttpFault {
        namedCount = 0;
        contentLength = -1;
        chunked = false;
        hopByHop = false;
        close = false;
        keepAlive = false;
        connectionUpgrade = false;
        websocket = false;
        h2c = false;
        takesTrailers = false;
        for (int i = 0; i < reader.count(); i++) {
            switch (reader.field(i)) {
                case Field.CONTENT_LENGTH -> contentLength(reader.valueFrom(i), reader.valueTo(i));
                case Field.TRANSFER_ENCODING -> transferEncoding(reader.valueFrom(i), reader.valueTo(i));
                case Field.CONNECTION, Field.UPGRADE, Field.TE -> {
                    hopByHop = true;
                    list(reader.field(i), reader.valueFrom(i), reader.valueTo(i));
                }
                case Field.KEEP_ALIVE, Field.PROXY_CONNECTION -> hopByHop = true;
                case Field.HTTP2_SETTINGS -> h2c = true;
                default -> {
                    // passes as it is
                }
            }
        }
        if (chunked && contentLength >= 0) {
            throw HttpFault.bad("Content-Length and Transfer-Encoding contradict each other.");
        }
        if (chunked && minor == 0) {
            throw HttpFault.bad("HTTP/1.0 has no Transfer-Encoding.");
        }
    }

    private void contentLength(int from, int to) throws HttpFault {
        if (contentLength >= 0) {
            throw HttpFault.bad("Content-Length is given more than once.");
        }
        if (from == to || to - from > MOST_DIGITS) {
            throw HttpFault.bad("Content-Length is not a number of bytes.");
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            byte digit = reader.octets()[i];
            if (!Octets.isDigit(digit)) {
                throw HttpFault.bad("Content-Length is not a number of bytes.");
            }
            value = value * 10 + (digit - '0');
        }
        contentLength = value;
    }

    private void transferEncoding(int from, int to) throws HttpFault {
        if (chunked || !Octets.isWord(reader.octets(), from, to, CHUNKED)) {
            throw HttpFault.bad("Transfer-Encoding is something else than chunked, once.");
        }
        chunked = true;
    }

    /** Goes through a list of tokens (RFC 9110, 5.6.1); what follows a semicolon is a parameter. */
    private void list(byte field, int from, int to) throws HttpFault {
        byte[] octets = reader.octets();
        int at = from;
        while (at < to) {
            int end = at;
            while (end < to && octets[end] != ',') {
                end++;
            }
            int itemFrom = at;
            int itemTo = at;
            while (itemTo < end && octets[itemTo] != ';') {
                itemTo++;
            }
            while (itemFrom < itemTo && Octets.isBlank(octets[itemFrom])) {
                itemFrom++;
            }
            while (itemFrom < itemTo && Octets.isBlank(octets[itemTo - 1])) {
                itemTo--;
            }
            if (itemFrom < itemTo) {
                item(field, octets, itemFrom, itemTo);
            }
            at = end + 1;
        }
    }

    private void item(byte field, byte[] octets, int from, int to) throws HttpFault {
        if (field == Field.UPGRADE) {
            websocket |= Octets.isWord(octets, from, to, WEBSOCKET);
            h2c |= Octets.isWord(octets, from, to, H2C);
        } else if (field == Field.TE) {
            takesTrailers |= Octets.isWord(octets, from, to, TRAILERS);
        } else if (Octets.isWord(octets, from, to, CLOSE)) {
            close = true;
        } else if (Octets.isWord(octets, from, to, KEEP_ALIVE)) {
            keepAlive = true;
        } else if (Octets.isWord(octets, from, to, UPGRADE)) {
            connectionUpgrade = true;
        } else if (!Octets.all(octets, from, to, Octets.Kind.IN_TOKEN)) {
            throw HttpFault.bad("Connection holds something else than names.");
        } else if (Field.of(octets, from, to) == Field.OTHER) {
            // what matters has its own rules, and what frames the message can't be named away
            if (namedCount == MOST_NAMED) {
                throw HttpFault.bad("Connection names too many headers.");
            }
            named[namedCount * 2] = from;
            named[namedCount * 2 + 1] = to;
            namedCount++;
        }
    }

    /** Reads a version; RFC 9112, 2.3. */
    final void version(int from, int to) throws HttpFault {
        byte[] octets = reader.octets();
        if (to - from != 8
                || octets[from] != 'H'
                || octets[from + 1] != 'T'
                || octets[from + 2] != 'T'
                || octets[from + 3] != 'P'
                || octets[from + 4] != '/'
                || !Octets.isDigit(octets[from + 5])
                || octets[from + 6] != '.'
                || !Octets.isDigit(octets[from + 7])) {
            throw HttpFault.bad("The first line has no version of HTTP.");
        }
        if (octets[from + 5] != '1' || octets[from + 7] > '1') {
            throw new HttpFault(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
        }
        minor = octets[from + 7] - '0';
    }

    /** {@return whether Connection names this field, so that it ends here} */
    final boolean isNamed(int index) {
        for (int i = 0; i < namedCount; i++) {
            if (reader.field(index) == Field.OTHER
                    && Octets.sameWord(
                            reader.octets(),
                            reader.lineFrom(index),
                            reader.nameTo(index),
                            named[i * 2],
                            named[i * 2 + 1])) {
                return true;
            }
        }
        return false;
    }

    /** {@return 0 or 1} */
    final int minor() {
        return minor;
    }

    /** {@return what Content-Length says, -1 without one} */
    final long contentLength() {
        return contentLength;
    }

    final boolean chunked() {
        return chunked;
    }

    /** {@return whether there are fields that speak of this connection only} */
    final boolean hasHopByHop() {
        return hopByHop;
    }

    /** {@return whether its sender goes on with the connection after the message (RFC 9112, 9.3)} */
    final boolean persists() {
        return !close && (minor == 1 || keepAlive);
    }

    /** {@return whether it asks for, or agrees to, a WebSocket} */
    final boolean websocket() {
        return websocket && connectionUpgrade && minor == 1;
    }

    final boolean h2c() {
        return h2c;
    }

    /** {@return whether its sender understands trailers} */
    final boolean takesTrailers() {
        return takesTrailers;
    }
}
