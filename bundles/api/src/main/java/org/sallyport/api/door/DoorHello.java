// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says first. Its frame holds fields, each a length (4 bytes) and UTF-8 text, in this order:
 * {@value #PROTOCOL}; the secret; the mode; the directory; columns and rows (decimal); the terminal; the commands. Further
 * fields are passed over.
 *
 * @param mode what the caller wants
 * @param directory the caller's working directory, absolute, which relative files are relative to
 * @param columns the terminal's width; 0: unknown
 * @param rows the terminal's height; 0: unknown
 * @param terminal the terminal's type ({@code $TERM}); may be empty
 * @param commands what to run; may be empty
 */
public record DoorHello(Mode mode, String directory, int columns, int rows, String terminal, String commands) {
    /** Begins every hello. */
    public static final String PROTOCOL = "sallyport-door/1";

    private static final int SECRET_LENGTH = 64;

    /** What a caller wants. */
    public enum Mode {
        /** Commands are run, one after the other, up to the first that fails. */
        RUN,
        /** A person types. */
        SHELL,
        /** The checks, one a line. */
        HEALTH;

        /** {@return the word for it} */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Shows the secret and says this.
     *
     * @param secret from the {@link DoorFile}
     * @return the frame to send
     */
    public DoorFrame frame(String secret) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String field : List.of(
                    PROTOCOL,
                    secret,
                    mode.word(),
                    directory,
                    Integer.toString(columns),
                    Integer.toString(rows),
                    terminal,
                    commands)) {
                byte[] text = field.getBytes(StandardCharsets.UTF_8);
                out.writeInt(text.length);
                out.write(text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing fails in memory
        }
        return new DoorFrame(DoorFrame.HELLO, bytes.toByteArray());
    }

    /**
     * Reads a hello. Before the secret was seen, nothing is buffered but what a good beginning needs; the secret is compared
     * in a time that does not depend on it.
     *
     * @param in where from
     * @param secret what must be shown
     * @return what the caller says, or null when it shows another secret
     * @throws IOException when the stream breaks, or holds something else
     */
    public static @Nullable DoorHello read(DataInputStream in, String secret) throws IOException {
        Fields fields = new Fields(in, DoorFrame.length(in) - 1);
        if (in.readUnsignedByte() != DoorFrame.HELLO) {
            throw new ProtocolException("expected a hello first");
        }
        if (!fields.next(PROTOCOL.length()).equals(PROTOCOL)) {
            throw new ProtocolException("expected " + PROTOCOL);
        }
        byte[] shown = fields.next(SECRET_LENGTH).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(shown, secret.getBytes(StandardCharsets.UTF_8))) {
            return null;
        }
        String mode = fields.next(DoorFrame.LONGEST);
        for (Mode known : Mode.values()) {
            if (known.word().equals(mode)) {
                DoorHello hello = new DoorHello(
                        known,
                        fields.next(DoorFrame.LONGEST),
                        fields.number(),
                        fields.number(),
                        fields.next(DoorFrame.LONGEST),
                        fields.next(DoorFrame.LONGEST));
                fields.passOver();
                return hello;
            }
        }
        throw new ProtocolException("no such mode");
    }

    /** The fields of a hello that is still on its way. */
    private static final class Fields {
        private final DataInputStream in;
        private int left;

        Fields(DataInputStream in, int left) {
            this.in = in;
            this.left = left;
        }

        String next(int longest) throws IOException {
            int length = left < 4 ? -1 : in.readInt();
            left -= 4 + length;
            if (length < 0 || length > longest || left < 0) {
                throw new ProtocolException("a field does not fit");
            }
            byte[] text = new byte[length];
            in.readFully(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        int number() throws IOException {
            String digits = next(9);
            if (!digits.matches("[0-9]+")) {
                throw new ProtocolException("expected a number");
            }
            return Integer.parseInt(digits);
        }

        void passOver() throws IOException {
            in.skipNBytes(left);
        }
    }
}
