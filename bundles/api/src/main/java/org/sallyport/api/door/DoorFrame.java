// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One frame on a door connection; the package's page draws it.
 *
 * @param type one of the constants here, or one that only a later version knows and that is passed over
 * @param payload its bytes; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two streams; nobody compares frames
public record DoorFrame(int type, byte[] payload) {
    /** Caller: a {@link DoorHello}. */
    public static final int HELLO = 0;

    /** Container: standard output. */
    public static final int OUT = 1;

    /** Container: standard error. */
    public static final int ERR = 2;

    /** Container: the exit code. */
    public static final int EXIT = 3;

    /** Caller: standard input. */
    public static final int IN = 4;

    /** Caller: the window's new size. */
    public static final int SIZE = 5;

    /** Container: asks for standard input. */
    public static final int ASK = 6;

    /** Container: asks for the security token in the caller's environment. */
    public static final int ASK_TOKEN = 7;

    /** Caller: that token; empty when there is none. */
    public static final int TOKEN = 8;

    /** What follows a frame's length is this long at most. */
    public static final int LONGEST = 1024 * 1024;

    /** {@return a frame with some bytes of an array} */
    public static DoorFrame of(int type, byte[] bytes, int offset, int length) {
        return new DoorFrame(type, Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /** {@return the last frame} */
    public static DoorFrame exit(int code) {
        return new DoorFrame(EXIT, new byte[] {(byte) code});
    }

    /** {@return a frame that tells a window's size; what is beyond 65,535 is told as that} */
    public static DoorFrame size(int columns, int rows) {
        ByteBuffer payload = ByteBuffer.allocate(4);
        payload.putShort((short) Math.min(columns, 65_535)).putShort((short) Math.min(rows, 65_535));
        return new DoorFrame(SIZE, payload.array());
    }

    /** {@return the exit code that an exit frame tells; 1 when it tells none} */
    public int exitCode() {
        return payload.length == 0 ? 1 : payload[0] & 0xff;
    }

    /**
     * One of the numbers of 2 bytes that the payload holds.
     *
     * @param index which, from 0
     * @return the number
     * @throws ProtocolException when the payload has not so many
     */
    public int number(int index) throws ProtocolException {
        if (payload.length < 2 * (index + 1)) {
            throw new ProtocolException("a frame of type " + type + " with " + payload.length + " bytes is too short");
        }
        return ByteBuffer.wrap(payload).getShort(2 * index) & 0xffff;
    }

    /**
     * Reads the next frame.
     *
     * @param in where from
     * @return the frame
     * @throws java.io.EOFException at the connection's end
     * @throws IOException also when the length is impossible
     */
    public static DoorFrame read(DataInputStream in) throws IOException {
        int length = length(in);
        int type = in.readUnsignedByte();
        byte[] payload = new byte[length - 1];
        in.readFully(payload);
        return new DoorFrame(type, payload);
    }

    static int length(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 1 || length > LONGEST) {
            throw new ProtocolException("a frame of " + length + " bytes: expected 1 to " + LONGEST);
        }
        return length;
    }

    /**
     * Writes this frame in one piece and flushes. Callers on several threads take turns by themselves.
     *
     * @param out where to
     * @throws IOException when the stream breaks
     */
    public void write(OutputStream out) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(payload.length + 5);
        bytes.putInt(payload.length + 1).put((byte) type).put(payload);
        out.write(bytes.array());
        out.flush();
    }
}
