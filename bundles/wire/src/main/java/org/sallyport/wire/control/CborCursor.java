// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;

/** Reads the heads of CBOR items in a range of a buffer; never beyond its end, never moving the buffer's indexes. */
final class CborCursor {

    private final ByteBuf buffer;
    private final int end;
    private int position;
    private int major;
    private long argument;

    CborCursor(ByteBuf buffer, int start, int end) {
        this.buffer = buffer;
        this.position = start;
        this.end = end;
    }

    ByteBuf buffer() {
        return buffer;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    /** Major type of the head read last. */
    int major() {
        return major;
    }

    /** Argument of the head read last, as unsigned 64-bit number. */
    long argument() {
        return argument;
    }

    void head() throws ControlViolation {
        need(1);
        int initial = buffer.getUnsignedByte(position++);
        major = initial >>> 5;
        int info = initial & 31;
        if (info < 24) {
            argument = info;
            return;
        }
        switch (info) {
            case 24 -> {
                need(1);
                argument = buffer.getUnsignedByte(position);
                position += 1;
            }
            case 25 -> {
                need(2);
                argument = buffer.getUnsignedShort(position);
                position += 2;
            }
            case 26 -> {
                need(4);
                argument = buffer.getUnsignedInt(position);
                position += 4;
            }
            case 27 -> {
                need(8);
                argument = buffer.getLong(position);
                position += 8;
            }
            case 31 -> throw new ControlViolation("CBOR item of indefinite length; expected definite lengths only");
            default ->
                throw new ControlViolation("CBOR item with additional information " + info + "; expected 0 to 27");
        }
    }

    /** Skips the content of the string whose head was read last. */
    void skipContent() throws ControlViolation {
        if (argument < 0 || argument > remaining()) {
            throw truncated();
        }
        position += (int) argument;
    }

    private void need(int bytes) throws ControlViolation {
        if (bytes > remaining()) {
            throw truncated();
        }
    }

    private static ControlViolation truncated() {
        return new ControlViolation("CBOR item reaches beyond the end of its message");
    }
}
