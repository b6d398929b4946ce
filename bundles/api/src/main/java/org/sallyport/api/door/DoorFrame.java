// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One frame on a door connection: a type (1 byte, an ASCII letter), the payload's length (4 bytes, big endian, at most
 * {@value #MAX_PAYLOAD}), the payload.
 *
 * @param type what it carries
 * @param payload its bytes; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two streams; nobody compares frames
public record DoorFrame(Type type, byte[] payload) {
    /** The longest payload. */
    public static final int MAX_PAYLOAD = 65_536;

    /** What a frame carries. */
    public enum Type {
        /** Caller: a {@link DoorHello}; the first frame, and only the first. */
        HELLO('H'),
        /** Caller: commands, or what is typed. */
        INPUT('I'),
        /** Caller: no more input. */
        END('E'),
        /** Caller: the terminal's new size, columns and rows, 4 bytes each. */
        SIZE('W'),
        /** Container: standard output. */
        OUT('O'),
        /** Container: standard error. */
        ERR('R'),
        /** Container: the exit code, 4 bytes; the last frame. */
        EXIT('X');

        private final byte letter;

        Type(char letter) {
            this.letter = (byte) letter;
        }

        private static Type of(int letter) throws ProtocolException {
            for (Type type : values()) {
                if (type.letter == letter) {
                    return type;
                }
            }
            throw new ProtocolException("no frame type " + letter);
        }
    }

    /** {@return a frame with some bytes of an array} */
    public static DoorFrame of(Type type, byte[] bytes, int offset, int length) {
        byte[] payload = new byte[length];
        System.arraycopy(bytes, offset, payload, 0, length);
        return new DoorFrame(type, payload);
    }

    /** {@return a frame of numbers, 4 bytes each} */
    public static DoorFrame of(Type type, int... numbers) {
        ByteBuffer payload = ByteBuffer.allocate(4 * numbers.length);
        for (int number : numbers) {
            payload.putInt(number);
        }
        return new DoorFrame(type, payload.array());
    }

    /**
     * One of the payload's numbers.
     *
     * @param index which, from 0
     * @return the number
     * @throws ProtocolException when the payload has not so many
     */
    public int number(int index) throws ProtocolException {
        if (payload.length < 4 * (index + 1)) {
            throw new ProtocolException(type + " frame of " + payload.length + " bytes is too short");
        }
        return ByteBuffer.wrap(payload).getInt(4 * index);
    }

    /**
     * Reads the next frame.
     *
     * @param in where from
     * @param maxPayload the longest payload that is accepted here
     * @return the frame, or null when the stream ended before it
     * @throws IOException when the stream breaks, or holds something else
     */
    public static @Nullable DoorFrame read(DataInputStream in, int maxPayload) throws IOException {
        int letter = in.read();
        if (letter < 0) {
            return null;
        }
        Type type = Type.of(letter);
        int length = in.readInt();
        if (length < 0 || length > maxPayload) {
            throw new ProtocolException(type + " frame of " + length + " bytes: expected at most " + maxPayload);
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new DoorFrame(type, payload);
    }

    /**
     * Writes this frame and flushes it. Callers on several threads take turns by themselves.
     *
     * @param out where to
     * @throws IOException when the stream breaks
     */
    public void write(DataOutputStream out) throws IOException {
        out.writeByte(type.letter);
        out.writeInt(payload.length);
        out.write(payload);
        out.flush();
    }
}
