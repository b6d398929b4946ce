// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;

/**
 * A line that says how much follows: a type, a number, CR LF. It may come in pieces; of it only its type and its number are kept.
 */
final class HeaderLine {
    /** The first number that is too large for any length: RESP knows 512 MiB at most. */
    private static final long TOO_LARGE = 1L << 31;

    private enum At {
        TYPE,
        NUMBER,
        LINE_FEED
    }

    private At at = At.TYPE;
    private byte type;
    private long number;
    private int digits;
    private boolean negative;

    /**
     * Reads on.
     *
     * @param in is read up to the end of the line, or of the buffer
     * @return whether the line is complete
     * @throws RespFault if it is no such line
     */
    boolean read(ByteBuf in) throws RespFault {
        while (in.isReadable()) {
            byte octet = in.readByte();
            switch (at) {
                case TYPE -> begin(octet);
                case NUMBER -> number(octet);
                case LINE_FEED -> {
                    if (octet != '\n') {
                        throw new RespFault("expected LF after CR");
                    }
                    at = At.TYPE;
                    return true;
                }
            }
        }
        return false;
    }

    private void begin(byte octet) {
        type = octet;
        number = 0;
        digits = 0;
        negative = false;
        at = At.NUMBER;
    }

    private void number(byte octet) throws RespFault {
        if (octet == '\r' && digits > 0) {
            if (negative) {
                // the only negative length there is, that of what is absent
                if (number != 1) {
                    throw new RespFault("expected a length, given a negative number");
                }
                number = -1;
            }
            at = At.LINE_FEED;
        } else if (octet == '-' && digits == 0 && !negative) {
            negative = true;
        } else if (octet >= '0' && octet <= '9' && !(digits > 0 && number == 0)) {
            number = number * 10 + (octet - '0');
            digits++;
            if (number >= TOO_LARGE) {
                throw new RespFault("a length of more than " + (TOO_LARGE - 1));
            }
        } else {
            throw new RespFault("expected a length in decimal digits, then CR LF");
        }
    }

    /** {@return whether a line has begun and is not complete} */
    boolean isPartial() {
        return at != At.TYPE;
    }

    /** {@return the first byte of the last line} */
    byte type() {
        return type;
    }

    /** {@return the number of the last line: 0 or more, or -1} */
    int number() {
        return (int) number;
    }
}
