// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one CBOR map; the number of its keys, at most 23, is filled in by {@link #end}. What is absent or empty is not
 * written.
 */
final class MapWriter {

    private final ByteBuf out;
    private final int start;
    private int keys;

    MapWriter(ByteBuf out) {
        this.out = out;
        this.start = out.writerIndex();
        out.writeByte(0);
    }

    void end() {
        if (keys > 23) {
            throw new IllegalStateException(keys + " keys; expected at most 23");
        }
        out.setByte(start, Cbor.MAP << 5 | keys);
    }

    MapWriter text(String key, @Nullable String value) {
        if (value != null) {
            key(key);
            text(value);
        }
        return this;
    }

    MapWriter textUnless(String fallback, String key, String value) {
        return value.equals(fallback) ? this : text(key, value);
    }

    MapWriter number(String key, long value) {
        key(key);
        number(value);
        return this;
    }

    MapWriter numberUnless(long fallback, String key, long value) {
        return value == fallback ? this : number(key, value);
    }

    MapWriter flagUnless(boolean fallback, String key, boolean value) {
        if (value != fallback) {
            key(key);
            out.writeByte(Cbor.SIMPLE << 5 | (value ? Cbor.TRUE : Cbor.FALSE));
        }
        return this;
    }

    MapWriter texts(String key, List<String> values) {
        if (!values.isEmpty()) {
            key(key);
            head(Cbor.LIST, values.size());
            values.forEach(this::text);
        }
        return this;
    }

    MapWriter textMap(String key, Map<String, String> values) {
        if (!values.isEmpty()) {
            if (values.size() > Cbor.MAX_KEYS) {
                throw new IllegalArgumentException(
                        "\"" + key + "\" has " + values.size() + " keys; expected at most " + Cbor.MAX_KEYS);
            }
            key(key);
            head(Cbor.MAP, values.size());
            values.forEach((name, value) -> {
                text(name);
                text(value);
            });
        }
        return this;
    }

    <T> MapWriter list(String key, List<T> values, BiConsumer<T, MapWriter> writer) {
        return values.isEmpty() ? this : listEvenEmpty(key, values, writer);
    }

    <T> MapWriter listEvenEmpty(String key, @Nullable List<T> values, BiConsumer<T, MapWriter> writer) {
        if (values != null) {
            key(key);
            head(Cbor.LIST, values.size());
            for (T value : values) {
                MapWriter map = new MapWriter(out);
                writer.accept(value, map);
                map.end();
            }
        }
        return this;
    }

    <T> MapWriter map(String key, T value, BiConsumer<T, MapWriter> writer) {
        key(key);
        MapWriter map = new MapWriter(out);
        writer.accept(value, map);
        map.end();
        return this;
    }

    private void key(String key) {
        keys++;
        text(key);
    }

    private void text(String value) {
        head(Cbor.TEXT, ByteBufUtil.utf8Bytes(value));
        ByteBufUtil.writeUtf8(out, value);
    }

    private void number(long value) {
        if (value >= 0) {
            head(Cbor.UNSIGNED, value);
        } else {
            head(Cbor.NEGATIVE, -1 - value);
        }
    }

    private void head(int major, long argument) {
        int type = major << 5;
        if (argument < 24) {
            out.writeByte(type | (int) argument);
        } else if (argument < 1 << 8) {
            out.writeByte(type | 24).writeByte((int) argument);
        } else if (argument < 1 << 16) {
            out.writeByte(type | 25).writeShort((int) argument);
        } else if (argument < 1L << 32) {
            out.writeByte(type | 26).writeInt((int) argument);
        } else {
            out.writeByte(type | 27).writeLong(argument);
        }
    }
}
