// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import org.sallyport.http.HttpLimits;

/** Finds the end of a chunked body (RFC 9112, 7.1), its trailers included; what it finds passes as it is. */
final class ChunkReader {
    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LF,
        LAST_LF,
        DONE
    }

    private static final int MOST_DIGITS = 15;
    private static final int LONGEST_NAME = 32;

    private final HttpLimits limits;
    private final byte[] name = new byte[LONGEST_NAME];
    private State state = State.DONE;
    private long left;
    private long room;
    private int digits;
    private int line;
    private int trailers;
    private int trailerOctets;

    ChunkReader(HttpLimits limits) {
        this.limits = limits;
    }

    /** @param most bytes in all; a chunk that would make it more is not taken */
    void begin(long most) {
        room = most;
        state = State.SIZE;
        left = 0;
        digits = 0;
        line = 0;
        trailers = 0;
        trailerOctets = 0;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /**
     * Moves the reader index over what belongs to the body.
     *
     * @param in not released
     * @throws HttpFault for the first thing that is wrong
     */
    void read(ByteBuf in) throws HttpFault {
        int at = in.readerIndex();
        int end = in.writerIndex();
        while (at < end && state != State.DONE) {
            if (state == State.DATA) {
                int taken = (int) Math.min(left, end - at);
                at += taken;
                left -= taken;
                if (left == 0) {
                    state = State.DATA_CR;
                }
            } else {
                next(in.getByte(at));
                at++;
            }
        }
        in.readerIndex(at);
    }

    private void next(byte octet) throws HttpFault {
        switch (state) {
            case SIZE -> size(octet);
            case EXTENSION -> extension(octet);
            case SIZE_LF -> {
                expect(octet, '\n');
                if (left > room) {
                    throw new HttpFault(413, "The body is larger than the gateway carries.");
                }
                room -= left;
                state = left == 0 ? State.TRAILER : State.DATA;
                digits = 0;
                line = 0;
            }
            case DATA_CR -> {
                expect(octet, '\r');
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(octet, '\n');
                state = State.SIZE;
            }
            case TRAILER -> {
                line = 0;
                if (octet == '\r') {
                    state = State.LAST_LF;
                } else {
                    trailerName(octet);
                }
            }
            case TRAILER_NAME -> trailerName(octet);
            case TRAILER_VALUE -> {
                trailerOctet();
                if (octet == '\r') {
                    state = State.TRAILER_LF;
                } else if (!Octets.isValue(octet)) {
                    throw HttpFault.bad("A trailer holds a control character.");
                }
            }
            case TRAILER_LF -> {
                expect(octet, '\n');
                state = State.TRAILER;
            }
            case LAST_LF -> {
                expect(octet, '\n');
                state = State.DONE;
            }
            case DATA, DONE -> throw new IllegalStateException("not looked at octet by octet: " + state);
        }
    }

    private void size(byte octet) throws HttpFault {
        int digit = Octets.hex(octet);
        if (digit >= 0) {
            if (++digits > MOST_DIGITS) {
                throw HttpFault.bad("A chunk's size is too large.");
            }
            left = left << 4 | digit;
        } else if (digits == 0) {
            throw HttpFault.bad("A chunk has no size.");
        } else if (octet == '\r') {
            state = State.SIZE_LF;
        } else if (octet == ';') {
            state = State.EXTENSION;
            line = digits;
        } else {
            throw HttpFault.bad("A chunk's size is not a number.");
        }
    }

    private void extension(byte octet) throws HttpFault {
        if (octet == '\r') {
            state = State.SIZE_LF;
        } else if (!Octets.isValue(octet)) {
            throw HttpFault.bad("A chunk's extension holds a control character.");
        } else if (++line > limits.chunkLine()) {
            throw HttpFault.bad("A chunk's extension is too long.");
        }
    }

    private void trailerName(byte octet) throws HttpFault {
        trailerOctet();
        if (Octets.isToken(octet)) {
            if (line <= LONGEST_NAME) {
                name[line - 1] = octet;
            }
            state = State.TRAILER_NAME;
            return;
        }
        int length = line - 1;
        if (octet != ':' || length == 0) {
            throw HttpFault.bad("A trailer has no proper name.");
        }
        if (length <= LONGEST_NAME && Field.isForbiddenInTrailers(Field.of(name, 0, length))) {
            throw HttpFault.bad("A trailer says what only a header may say.");
        }
        if (++trailers > limits.headers()) {
            throw new HttpFault(431, "There are too many trailers.");
        }
        state = State.TRAILER_VALUE;
    }

    private void trailerOctet() throws HttpFault {
        line++;
        trailerOctets++;
        if (line > limits.headerLine() || trailerOctets > limits.head()) {
            throw new HttpFault(431, "The trailers are too long.");
        }
    }

    private static void expect(byte octet, int expected) throws HttpFault {
        if (octet != expected) {
            throw HttpFault.bad("A chunk does not end where it says.");
        }
    }
}
