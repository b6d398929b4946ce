// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sallyport.registry.internal.Write.Table;

/**
 * The form of a journal: a head of fixed length, then one line for each commit.
 *
 * <pre>
 * sallyport-registry schema 000001 closed 00000000000000b5
 * d006b62e []
 * 817eb4cf [["blocked","one",true],["meta","revision",1]]
 * ea358a0e [["blocked","one",null],["meta","revision",2]]
 * </pre>
 *
 * A line begins with a checksum (CRC-32C, hexadecimal) over the checksum of the line before it and its own text, a JSON
 * array of writes: table, key and value, or null for a value that goes.
 */
final class JournalForm {
    /** Where lines begin. */
    static final int HEAD_BYTES = 57;

    /** The checksum before the first line. */
    static final int FIRST = 0;

    /** The length of a journal that was not closed. */
    static final long NOT_CLOSED = 0;

    private static final Pattern HEAD = Pattern.compile("sallyport-registry schema (\\d{6}) closed ([0-9a-f]{16})\n");
    private static final int CHECKSUM_CHARS = 8;
    private static final ObjectMapper JSON = new ObjectMapper();

    private JournalForm() {}

    /**
     * The head of a journal.
     *
     * @param schema the number of its {@link Schema}
     * @param closed how long it was when it was closed, {@link #NOT_CLOSED} while it is written to
     */
    record Head(int schema, long closed) {
        byte[] bytes() {
            return "sallyport-registry schema %06d closed %016x\n"
                    .formatted(schema, closed)
                    .getBytes(US_ASCII);
        }

        /** {@return what a file begins with, or null when that is no head} */
        static @Nullable Head of(byte[] begin) {
            Matcher head = HEAD.matcher(new String(begin, US_ASCII));
            return head.matches()
                    ? new Head(Integer.parseInt(head.group(1)), Long.parseUnsignedLong(head.group(2), 16))
                    : null;
        }
    }

    /**
     * A line with its checksum.
     *
     * @param checksum what the next line's checksum rests on
     * @param bytes the line, its newline included
     */
    record Line(int checksum, ByteBuffer bytes) {}

    static Line line(int before, List<Write> writes) {
        ArrayNode array = JSON.createArrayNode();
        for (Write write : writes) {
            JsonNode value = write.value();
            array.addArray()
                    .add(write.name().table().stored())
                    .add(write.name().key())
                    .add(value == null ? JSON.nullNode() : value);
        }
        byte[] text;
        try {
            text = JSON.writeValueAsBytes(array);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
        int checksum = checksum(before, text, 0);
        ByteBuffer bytes = ByteBuffer.allocate(CHECKSUM_CHARS + 1 + text.length + 1)
                .put(HexFormat.of().toHexDigits(checksum).getBytes(US_ASCII))
                .put((byte) ' ')
                .put(text)
                .put((byte) '\n')
                .flip();
        return new Line(checksum, bytes);
    }

    /**
     * Checks a line.
     *
     * @param before the checksum of the line before it
     * @param line the line without its newline
     * @return its checksum, or null when it is not whole
     */
    static @Nullable Integer checked(int before, byte[] line) {
        if (line.length < CHECKSUM_CHARS + 1 || line[CHECKSUM_CHARS] != ' ') {
            return null;
        }
        String stated = new String(line, 0, CHECKSUM_CHARS, US_ASCII);
        int checksum = checksum(before, line, CHECKSUM_CHARS + 1);
        return stated.equals(HexFormat.of().toHexDigits(checksum)) ? checksum : null;
    }

    /** Reads the writes of a line whose checksum is right. */
    static List<Write> writes(byte[] line) throws IOException {
        List<Write> writes = new ArrayList<>();
        for (JsonNode write : JSON.readTree(line, CHECKSUM_CHARS + 1, line.length - CHECKSUM_CHARS - 1)) {
            Table table = Table.of(write.path(0).asText());
            String key = write.path(1).asText();
            JsonNode value = write.path(2);
            writes.add(value.isNull() ? Write.remove(table, key) : Write.put(table, key, value));
        }
        return writes;
    }

    private static int checksum(int before, byte[] text, int offset) {
        CRC32C sum = new CRC32C();
        sum.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, before));
        sum.update(text, offset, text.length - offset);
        return (int) sum.getValue();
    }
}
