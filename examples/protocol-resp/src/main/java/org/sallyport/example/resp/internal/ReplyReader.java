// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;

/**
 * Finds the ends of a resource's replies, in RESP2 and RESP3, without keeping any of them. On one connection's event loop.
 *
 * <p>However deep a reply is nested, one number says when it ends: how many values are still to come.
 */
final class ReplyReader {
    /** More values than a resource can mean in one reply; so the number can't run over. */
    private static final long MOST_VALUES = 1L << 40;

    private enum At {
        /** A value begins. */
        VALUE,
        /** In a value that is one line. */
        LINE,
        /** In a line that says how much follows. */
        HEADER,
        /** In the octets of a value whose length is known, or in the CR LF behind them. */
        OCTETS
    }

    private final HeaderLine header = new HeaderLine();
    private At at = At.VALUE;
    /** Values of the reply that have not come to their end; 0 between replies. */
    private long values;

    private final CountedOctets octets = new CountedOctets();
    private boolean afterReturn;
    private boolean push;

    /**
     * Reads on.
     *
     * @param in is read up to the end of a reply, or of the buffer
     * @return whether the end of a reply was read
     * @throws RespFault if that is no RESP
     */
    boolean read(ByteBuf in) throws RespFault {
        while (in.isReadable()) {
            switch (at) {
                case VALUE -> begin(in);
                case LINE -> line(in);
                case HEADER -> {
                    if (header.read(in)) {
                        header();
                    }
                }
                case OCTETS -> {
                    if (octets.passOver(in)) {
                        ended();
                    }
                }
            }
            if (at == At.VALUE && values == 0) {
                if (!push) {
                    return true;
                }
                // nobody asked for it, so it is no reply
                push = false;
            }
        }
        return false;
    }

    /** {@return whether a reply, or something that was not asked for, has begun and is not complete} */
    boolean isPartial() {
        return values > 0;
    }

    private void begin(ByteBuf in) throws RespFault {
        boolean first = values == 0;
        if (first) {
            values = 1;
        }
        byte type = in.getByte(in.readerIndex());
        switch (type) {
            case '+', '-', ':', '_', ',', '#', '(' -> at = At.LINE;
            case '$', '=', '!', '*', '~', '%', '|' -> at = At.HEADER;
            case '>' -> {
                if (!first) {
                    throw new RespFault("pushed data within a reply");
                }
                push = true;
                at = At.HEADER;
            }
            default -> throw new RespFault("no type of RESP");
        }
    }

    private void line(ByteBuf in) throws RespFault {
        if (afterReturn) {
            if (in.readByte() != '\n') {
                throw new RespFault("expected LF after CR");
            }
            afterReturn = false;
            ended();
            return;
        }
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\r');
        int feed = in.indexOf(in.readerIndex(), end < 0 ? in.writerIndex() : end, (byte) '\n');
        if (feed >= 0) {
            throw new RespFault("expected CR before LF");
        }
        afterReturn = end >= 0;
        in.readerIndex(end < 0 ? in.writerIndex() : end + 1);
    }

    private void header() throws RespFault {
        int count = header.number();
        switch (header.type()) {
            case '$', '=', '!' -> {
                if (count < 0) {
                    ended();
                } else {
                    octets.begin(count);
                    at = At.OCTETS;
                }
            }
            case '%' -> contains(2L * count);
            // stands before its value, and is none itself
            case '|' -> {
                values++;
                contains(2L * count);
            }
            default -> contains(count);
        }
    }

    private void contains(long count) throws RespFault {
        if (count > 0) {
            values += count;
            if (values > MOST_VALUES) {
                throw new RespFault("too many values in a reply");
            }
        }
        ended();
    }

    private void ended() {
        values--;
        at = At.VALUE;
    }
}
