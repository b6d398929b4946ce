// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** One frame on the door's connection; the package's page draws it. Bytes are handed on, not copied. */
final class DoorFrame {
    static final int HELLO = 0;
    static final int OUT = 1;
    static final int ERR = 2;
    static final int EXIT = 3;
    static final int IN = 4;
    static final int SIZE = 5;
    static final int ASK = 6;

    /** What follows a frame's length is this long at most. */
    static final int LONGEST = 1024 * 1024;

    private final int type;
    private final byte[] payload;

    DoorFrame(int type, byte... payload) {
        this.type = type;
        this.payload = payload;
    }

    /** {@return one of the constants here, or one that a later version knows} */
    int type() {
        return type;
    }

    byte[] payload() {
        return payload;
    }

    static DoorFrame hello(List<String> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String field : fields) {
            byte[] text = field.getBytes(UTF_8);
            number(bytes, text.length, 4);
            bytes.writeBytes(text);
        }
        return new DoorFrame(HELLO, bytes.toByteArray());
    }

    static DoorFrame size(int columns, int rows) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        number(bytes, columns, 2);
        number(bytes, rows, 2);
        return new DoorFrame(SIZE, bytes.toByteArray());
    }

    private static void number(ByteArrayOutputStream bytes, int value, int length) {
        for (int shift = (length - 1) * 8; shift >= 0; shift -= 8) {
            bytes.write(value >>> shift);
        }
    }

    /** Writes the frame in one piece and flushes. */
    void write(OutputStream out) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length + 5);
        DataOutputStream data = new DataOutputStream(bytes);
        data.writeInt(payload.length + 1);
        data.writeByte(type);
        data.write(payload);
        bytes.writeTo(out);
        out.flush();
    }

    /**
     * Reads the next frame.
     *
     * @throws java.io.EOFException at the connection's end
     * @throws IOException also when the length is impossible
     */
    static DoorFrame read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 1 || length > LONGEST) {
            throw new IOException("a frame of " + length + " bytes: expected 1 to " + LONGEST);
        }
        int type = in.readUnsignedByte();
        byte[] payload = new byte[length - 1];
        in.readFully(payload);
        return new DoorFrame(type, payload);
    }
}
