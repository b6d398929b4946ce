// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;

/**
 * The look over a whole message before any value of it is built. What passes is well-formed and inside the profile; what
 * does not costs no more memory than one array of hashes for each depth.
 */
final class CborScan {

    private final CborCursor cursor;

    private CborScan(CborCursor cursor) {
        this.cursor = cursor;
    }

    /** Checks that the range holds exactly one map of the profile. */
    static void check(ByteBuf buffer, int start, int length) throws ControlViolation {
        CborCursor cursor = new CborCursor(buffer, start, start + length);
        cursor.head();
        if (cursor.major() != Cbor.MAP) {
            throw new ControlViolation("a message is " + Cbor.name(cursor.major()) + "; expected a map");
        }
        new CborScan(cursor).map(1);
        if (cursor.remaining() > 0) {
            throw new ControlViolation("a message has " + cursor.remaining() + " bytes behind its map; expected none");
        }
    }

    private void item(int depth) throws ControlViolation {
        cursor.head();
        switch (cursor.major()) {
            case Cbor.UNSIGNED, Cbor.NEGATIVE -> {}
            case Cbor.BYTES, Cbor.TEXT -> cursor.skipContent();
            case Cbor.LIST -> list(depth + 1);
            case Cbor.MAP -> map(depth + 1);
            case Cbor.SIMPLE -> simple();
            default -> throw new ControlViolation("CBOR tag; expected none");
        }
    }

    private void simple() throws ControlViolation {
        long value = cursor.argument();
        if (value < Cbor.FALSE || value > Cbor.NULL) {
            throw new ControlViolation("CBOR float or simple value; expected true, false or null");
        }
    }

    private void list(int depth) throws ControlViolation {
        checkDepth(depth);
        long count = cursor.argument();
        if (count < 0 || count > cursor.remaining()) {
            throw new ControlViolation("CBOR list announces more items than its message has bytes");
        }
        for (long left = count; left > 0; left--) {
            item(depth);
        }
    }

    private void map(int depth) throws ControlViolation {
        checkDepth(depth);
        long count = cursor.argument();
        if (count < 0 || count > Cbor.MAX_KEYS) {
            throw new ControlViolation(
                    "CBOR map with " + Long.toUnsignedString(count) + " keys; expected at most " + Cbor.MAX_KEYS);
        }
        if (count * 2 > cursor.remaining()) {
            throw new ControlViolation("CBOR map announces more keys than its message has bytes");
        }
        int[] starts = new int[(int) count];
        int[] lengths = new int[(int) count];
        int[] hashes = new int[(int) count];
        for (int key = 0; key < count; key++) {
            key(key, starts, lengths, hashes);
            item(depth);
        }
    }

    private void key(int key, int[] starts, int[] lengths, int[] hashes) throws ControlViolation {
        cursor.head();
        if (cursor.major() != Cbor.TEXT) {
            throw new ControlViolation("CBOR map with a key that is " + Cbor.name(cursor.major()) + "; expected text");
        }
        int start = cursor.position();
        cursor.skipContent();
        int length = cursor.position() - start;
        int hash = hash(start, length);
        for (int other = 0; other < key; other++) {
            if (hashes[other] == hash && lengths[other] == length && same(starts[other], start, length)) {
                throw new ControlViolation("CBOR map with the same key twice; expected each key once");
            }
        }
        starts[key] = start;
        lengths[key] = length;
        hashes[key] = hash;
    }

    private int hash(int start, int length) {
        int hash = 0;
        for (int at = start; at < start + length; at++) {
            hash = 31 * hash + cursor.buffer().getByte(at);
        }
        return hash;
    }

    private boolean same(int one, int other, int length) {
        for (int at = 0; at < length; at++) {
            if (cursor.buffer().getByte(one + at) != cursor.buffer().getByte(other + at)) {
                return false;
            }
        }
        return true;
    }

    private static void checkDepth(int depth) throws ControlViolation {
        if (depth > Cbor.MAX_DEPTH) {
            throw new ControlViolation("CBOR deeper than " + Cbor.MAX_DEPTH + " levels");
        }
    }
}
