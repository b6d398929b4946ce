// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.util.Locale;

/**
 * What a caller says first. On the wire: {@link #VERSION} (1 byte), then secret, mode, directory and terminal type, each as
 * {@link DataOutputStream#writeUTF} writes it, then columns and rows, 4 bytes each.
 *
 * @param secret from the {@link DoorFile}
 * @param mode what the caller wants
 * @param directory the caller's working directory, which relative files are relative to
 * @param terminal the caller's terminal type ({@code $TERM}); empty when there is none
 * @param columns the terminal's width; 0: unknown
 * @param rows the terminal's height; 0: unknown
 */
public record DoorHello(String secret, Mode mode, String directory, String terminal, int columns, int rows) {
    /** The version of this protocol. */
    public static final int VERSION = 1;

    /** The longest hello: a path of 4,096 bytes and the rest. */
    public static final int MAX_BYTES = 8192;

    /** What a caller wants. */
    public enum Mode {
        /** Commands are run, one after the other, up to the first that fails. */
        RUN,
        /** A person types. */
        SHELL,
        /** The checks, one a line. */
        HEALTH
    }

    /** Not the secret: this text may end in a log. */
    @Override
    public String toString() {
        return mode + " in " + directory;
    }

    /** {@return the frame that says this} */
    public DoorFrame frame() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(secret);
            out.writeUTF(mode.name().toLowerCase(Locale.ROOT));
            out.writeUTF(directory);
            out.writeUTF(terminal);
            out.writeInt(columns);
            out.writeInt(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text beyond 65,535 bytes; nothing else fails in memory
        }
        return new DoorFrame(DoorFrame.Type.HELLO, bytes.toByteArray());
    }

    /**
     * Reads a hello.
     *
     * @param frame the first frame
     * @return what it says
     * @throws IOException when it is something else
     */
    public static DoorHello of(DoorFrame frame) throws IOException {
        if (frame.type() != DoorFrame.Type.HELLO) {
            throw new ProtocolException("expected a hello, got " + frame.type());
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.payload()));
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new ProtocolException("version " + version + ": expected " + VERSION);
        }
        String secret = in.readUTF();
        String mode = in.readUTF();
        for (Mode known : Mode.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(mode)) {
                return new DoorHello(secret, known, in.readUTF(), in.readUTF(), in.readInt(), in.readInt());
            }
        }
        throw new ProtocolException("no such mode");
    }
}
