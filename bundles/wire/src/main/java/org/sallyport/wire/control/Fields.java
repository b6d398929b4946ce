// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A CBOR map that passed {@link CborScan}, read by key. Errors name the message and the key. A key whose value is null
 * counts as absent. Unknown keys are never looked at.
 */
final class Fields {

    /** Builds a value from the map that describes it. */
    interface Builder<T> {
        T build(Fields fields) throws ControlViolation;
    }

    private final String owner;
    private final ByteBuf buffer;
    private final int end;
    private final Map<String, Integer> values;

    private Fields(String owner, CborCursor cursor, int end) throws ControlViolation {
        this.owner = owner;
        this.buffer = cursor.buffer();
        this.end = end;
        cursor.head();
        int count = (int) cursor.argument();
        this.values = new HashMap<>(count * 2);
        for (int key = 0; key < count; key++) {
            String name = textAt(cursor, "a key");
            values.put(name, cursor.position());
            skip(cursor);
        }
    }

    /** Of the map at the start of the range, which was scanned. */
    static Fields of(ByteBuf buffer, int start, int length) throws ControlViolation {
        return new Fields("message", new CborCursor(buffer, start, start + length), start + length);
    }

    /** The same fields, with another name in errors. */
    Fields as(String name) {
        return new Fields(name, buffer, end, values);
    }

    private Fields(String owner, ByteBuf buffer, int end, Map<String, Integer> values) {
        this.owner = owner;
        this.buffer = buffer;
        this.end = end;
        this.values = values;
    }

    String text(String key) throws ControlViolation {
        @Nullable String value = textOrNull(key);
        if (value == null) {
            throw missing(key, "text");
        }
        return value;
    }

    String textOr(String key, String fallback) throws ControlViolation {
        @Nullable String value = textOrNull(key);
        return value == null ? fallback : value;
    }

    @Nullable
    String textOrNull(String key) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        return value == null ? null : textAt(value, "\"" + key + "\"");
    }

    long number(String key) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        if (value == null) {
            throw missing(key, "a number");
        }
        return numberAt(value, key);
    }

    long numberOr(String key, long fallback) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        return value == null ? fallback : numberAt(value, key);
    }

    /** A number that fits an int; the record that takes it checks its range. */
    int intOr(String key, int fallback) throws ControlViolation {
        return toInt(key, numberOr(key, fallback));
    }

    int integer(String key) throws ControlViolation {
        return toInt(key, number(key));
    }

    boolean flagOr(String key, boolean fallback) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        if (value == null) {
            return fallback;
        }
        value.head();
        if (value.major() != Cbor.SIMPLE) {
            throw wrong(key, value, "true or false");
        }
        return value.argument() == Cbor.TRUE;
    }

    /** Empty when absent. */
    List<String> texts(String key) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        if (value == null) {
            return List.of();
        }
        int count = listHead(key, value);
        List<String> texts = new ArrayList<>();
        for (int item = 0; item < count; item++) {
            texts.add(textAt(value, "\"" + key + "\""));
        }
        return texts;
    }

    /** Empty when absent. */
    Map<String, String> textMap(String key) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        if (value == null) {
            return Map.of();
        }
        value.head();
        if (value.major() != Cbor.MAP) {
            throw wrong(key, value, "a map");
        }
        Map<String, String> texts = new TreeMap<>();
        for (long left = value.argument(); left > 0; left--) {
            String name = textAt(value, "a key of \"" + key + "\"");
            texts.put(name, textAt(value, "\"" + key + "\""));
        }
        return texts;
    }

    /** Empty when absent. */
    <T> List<T> list(String key, Builder<T> builder) throws ControlViolation {
        @Nullable List<T> list = listOrNull(key, builder);
        return list == null ? List.of() : list;
    }

    <T> @Nullable List<T> listOrNull(String key, Builder<T> builder) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        if (value == null) {
            return null;
        }
        int count = listHead(key, value);
        List<T> items = new ArrayList<>();
        for (int item = 0; item < count; item++) {
            items.add(nested(key, value, builder));
        }
        return items;
    }

    <T> T map(String key, Builder<T> builder) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        if (value == null) {
            throw missing(key, "a map");
        }
        return nested(key, value, builder);
    }

    <T> T mapOr(String key, Builder<T> builder, T fallback) throws ControlViolation {
        @Nullable CborCursor value = find(key);
        return value == null ? fallback : nested(key, value, builder);
    }

    private <T> T nested(String key, CborCursor value, Builder<T> builder) throws ControlViolation {
        CborCursor peek = new CborCursor(buffer, value.position(), end);
        peek.head();
        if (peek.major() != Cbor.MAP) {
            throw wrong(key, peek, "a map");
        }
        Fields fields = new Fields(owner + "." + key, value, end);
        return fields.checked(builder);
    }

    /** Builds; a record that refuses its arguments becomes a violation that names the message. */
    <T> T checked(Builder<T> builder) throws ControlViolation {
        try {
            return builder.build(this);
        } catch (IllegalArgumentException refused) {
            throw new ControlViolation(owner + ": " + refused.getMessage());
        }
    }

    private @Nullable CborCursor find(String key) throws ControlViolation {
        @Nullable Integer at = values.get(key);
        if (at == null) {
            return null;
        }
        CborCursor value = new CborCursor(buffer, at, end);
        value.head();
        if (value.major() == Cbor.SIMPLE && value.argument() == Cbor.NULL) {
            return null;
        }
        return new CborCursor(buffer, at, end);
    }

    private int listHead(String key, CborCursor value) throws ControlViolation {
        value.head();
        if (value.major() != Cbor.LIST) {
            throw wrong(key, value, "a list");
        }
        return (int) value.argument();
    }

    private String textAt(CborCursor value, String what) throws ControlViolation {
        value.head();
        if (value.major() != Cbor.TEXT) {
            throw new ControlViolation(owner + ": " + what + " is " + Cbor.name(value.major()) + "; expected text");
        }
        int start = value.position();
        value.skipContent();
        int length = value.position() - start;
        if (buffer.forEachByte(start, length, octet -> octet >= 0) < 0) {
            return buffer.toString(start, length, StandardCharsets.US_ASCII);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(buffer.nioBuffer(start, length))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            throw new ControlViolation(owner + ": " + what + " is text that is not UTF-8");
        }
    }

    private long numberAt(CborCursor value, String key) throws ControlViolation {
        value.head();
        if (value.major() != Cbor.UNSIGNED && value.major() != Cbor.NEGATIVE) {
            throw wrong(key, value, "a number");
        }
        if (value.argument() < 0) {
            throw new ControlViolation(owner + ": \"" + key + "\" is a number beyond 63 bits");
        }
        return value.major() == Cbor.UNSIGNED ? value.argument() : -1 - value.argument();
    }

    private int toInt(String key, long number) throws ControlViolation {
        if (number != (int) number) {
            throw new ControlViolation(owner + ": \"" + key + "\" is " + number + "; expected a number within 32 bits");
        }
        return (int) number;
    }

    private static void skip(CborCursor cursor) throws ControlViolation {
        cursor.head();
        switch (cursor.major()) {
            case Cbor.BYTES, Cbor.TEXT -> cursor.skipContent();
            case Cbor.LIST -> skip(cursor, cursor.argument());
            case Cbor.MAP -> skip(cursor, cursor.argument() * 2);
            default -> {}
        }
    }

    private static void skip(CborCursor cursor, long items) throws ControlViolation {
        for (long left = items; left > 0; left--) {
            skip(cursor);
        }
    }

    private ControlViolation missing(String key, String expected) {
        return new ControlViolation(owner + ": the required key \"" + key + "\" is missing; expected " + expected);
    }

    private ControlViolation wrong(String key, CborCursor value, String expected) {
        return new ControlViolation(
                owner + ": \"" + key + "\" is " + Cbor.name(value.major()) + "; expected " + expected);
    }
}
