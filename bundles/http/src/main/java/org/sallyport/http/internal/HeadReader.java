// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.sallyport.http.HttpLimits;

/**
 * Finds the lines of a head, however it arrives, and refuses what RFC 9112 leaves to the reader's guess: bare LF and CR,
 * folded lines, blanks before a colon, control characters. It knows where things stand, as indices into its octets, and makes
 * no strings.
 *
 * <p>What it read stays there until the next head begins. A head's octets are copied once, into an array that lives as long
 * as the connection; an octet is looked at twice.
 */
final class HeadReader {
    private static final int STEP = 2 * 1024;
    private static final int FIRST_ROOM = 1024;
    /** An array that grew beyond this for one head is not kept for the next. */
    private static final int KEPT_ROOM = 8 * 1024;

    private static final int FIRST_FIELDS = 24;
    private static final int EMPTY_LINES = 2;
    private static final int MARKS = 4;
    private static final byte[] HTTP = Octets.ascii("HTTP/");
    private static final int VERSION = 8;

    private final HttpLimits limits;
    private final boolean requests;
    private byte[] octets = new byte[FIRST_ROOM];
    private int[] marks = new int[FIRST_FIELDS * MARKS];
    private byte[] fields = new byte[FIRST_FIELDS];
    private int count;
    private int length;
    private int lineFrom;
    private int scanned;
    private int emptyLines;
    private int startFrom = -1;
    private int startTo;
    private boolean complete;

    /**
     * @param limits on what is kept
     * @param requests whether requests are read, before which an empty line is ignored (RFC 9112, 2.2), or answers
     */
    HeadReader(HttpLimits limits, boolean requests) {
        this.limits = limits;
        this.requests = requests;
    }

    /**
     * Takes octets until the head is complete.
     *
     * @param in read as far as the head goes; not released
     * @return whether the head is complete
     * @throws HttpFault for the first thing that is wrong; the reader is of no use after that
     */
    boolean read(ByteBuf in) throws HttpFault {
        if (complete) {
            reset();
        }
        while (in.isReadable()) {
            int more = Math.min(in.readableBytes(), STEP);
            int before = length;
            if (before + more > octets.length) {
                octets = Arrays.copyOf(octets, Math.max(before + more, octets.length * 2));
            }
            in.getBytes(in.readerIndex(), octets, before, more);
            length = before + more;
            if (scan()) {
                in.skipBytes(scanned - before);
                length = scanned;
                complete = true;
                return true;
            }
            in.skipBytes(more);
        }
        return false;
    }

    private boolean scan() throws HttpFault {
        byte[] in = octets;
        int end = length;
        while (true) {
            int at = scanned;
            while (at < end && in[at] != '\n') {
                at++;
            }
            int soFar = at - lineFrom;
            if (startFrom < 0) {
                checkBeginning(in, end);
                if (soFar > limits.requestLine() + 1) {
                    throw new HttpFault(414, "The request line is too long.");
                }
            } else if (soFar > limits.headerLine() + 1) {
                throw new HttpFault(431, "A header is too long.");
            }
            if (at > limits.head()) {
                throw new HttpFault(431, "The headers are too long.");
            }
            if (at == end) {
                scanned = end;
                return false;
            }
            if (at == lineFrom || in[at - 1] != '\r') {
                throw HttpFault.bad("A line does not end with CR and LF.");
            }
            scanned = at + 1;
            if (line(at - 1)) {
                return true;
            }
            lineFrom = scanned;
        }
    }

    /** Says early what would otherwise wait for the end of a line that does not come. */
    private void checkBeginning(byte[] in, int end) throws HttpFault {
        if (lineFrom < end) {
            byte first = in[lineFrom];
            if (first == 0x16) {
                throw HttpFault.bad("TLS was spoken where HTTP was expected.");
            }
            if (!Octets.isToken(first) && first != '\r' && first != '\n') {
                throw HttpFault.bad("This is not HTTP.");
            }
        }
    }

    private boolean line(int to) throws HttpFault {
        int from = lineFrom;
        if (startFrom >= 0) {
            if (from == to) {
                return true;
            }
            field(from, to);
        } else if (from < to) {
            if (!startsVersion(requests ? Math.max(from, to - VERSION) : from, to)) {
                throw HttpFault.bad("The first line has no version of HTTP.");
            }
            startFrom = from;
            startTo = to;
        } else if (!requests || ++emptyLines > EMPTY_LINES) {
            throw HttpFault.bad("A first line is empty.");
        }
        return false;
    }

    /** Who speaks another protocol mostly does not send what would end a head, so that is seen in the first line. */
    private boolean startsVersion(int from, int to) {
        return to - from >= VERSION && Octets.isExactly(octets, from, from + HTTP.length, HTTP);
    }

    private void field(int from, int to) throws HttpFault {
        if (count == limits.headers()) {
            throw new HttpFault(431, "There are too many headers.");
        }
        byte[] in = octets;
        int colon = from;
        while (colon < to && Octets.isToken(in[colon])) {
            colon++;
        }
        if (colon == from || colon == to || in[colon] != ':') {
            throw HttpFault.bad(
                    colon < to && Octets.isBlank(in[colon])
                            ? "A header is folded, or has a blank in or after its name."
                            : "A header has no proper name.");
        }
        int valueFrom = colon + 1;
        int valueTo = to;
        while (valueFrom < valueTo && Octets.isBlank(in[valueFrom])) {
            valueFrom++;
        }
        while (valueFrom < valueTo && Octets.isBlank(in[valueTo - 1])) {
            valueTo--;
        }
        for (int i = valueFrom; i < valueTo; i++) {
            if (!Octets.isValue(in[i])) {
                throw HttpFault.bad("A header holds a control character.");
            }
        }
        if (count == fields.length) {
            fields = Arrays.copyOf(fields, count * 2);
            marks = Arrays.copyOf(marks, count * 2 * MARKS);
        }
        int mark = count * MARKS;
        marks[mark] = from;
        marks[mark + 1] = colon;
        marks[mark + 2] = valueFrom;
        marks[mark + 3] = valueTo;
        fields[count++] = Field.of(in, from, colon);
    }

    /** Forgets what was read. */
    void reset() {
        complete = false;
        count = 0;
        length = 0;
        lineFrom = 0;
        scanned = 0;
        emptyLines = 0;
        startFrom = -1;
        if (octets.length > KEPT_ROOM) {
            octets = new byte[FIRST_ROOM];
        }
    }

    /** {@return whether a part of a head was read, and not all of it} */
    boolean isPartial() {
        return !complete && (startFrom >= 0 || length > lineFrom);
    }

    /** {@return whether the last head that was read is still here} */
    boolean isComplete() {
        return complete;
    }

    /** {@return what all indices point into; not to be changed} */
    byte[] octets() {
        return octets;
    }

    /** {@return where the head ends, its empty line included} */
    int end() {
        return length;
    }

    int startFrom() {
        return startFrom;
    }

    int startTo() {
        return startTo;
    }

    /** {@return how many fields there are} */
    int count() {
        return count;
    }

    /** {@return which field it is, see {@link Field}} */
    byte field(int index) {
        return fields[index];
    }

    /** {@return where the line of a field begins; for the index after the last: where the empty line does} */
    int lineFrom(int index) {
        return index < count ? marks[index * MARKS] : length - 2;
    }

    int nameTo(int index) {
        return marks[index * MARKS + 1];
    }

    int valueFrom(int index) {
        return marks[index * MARKS + 2];
    }

    int valueTo(int index) {
        return marks[index * MARKS + 3];
    }
}
