// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a byte stream into length-prefixed messages. A message that lies whole in what was read is parsed in place; else it
 * is collected in a buffer that grows with what arrives, not with what was announced, and never beyond the limit.
 */
final class MessageFraming {

    private static final int LENGTH_BYTES = 4;
    private static final int FIRST_CAPACITY = 1024;

    private final int limit;
    private int lengthBytes;
    private long length;
    private @Nullable ByteBuf collected;

    MessageFraming(int limit) {
        this.limit = limit;
    }

    /** Takes bytes up to the end of one message and parses it; null when more bytes are needed. */
    @Nullable
    Fields next(ByteBuf in) throws ControlViolation {
        if (!readLength(in)) {
            return null;
        }
        @Nullable ByteBuf held = collected;
        if (held == null && in.readableBytes() >= length) {
            int start = in.readerIndex();
            in.skipBytes((int) length);
            return parse(in, start);
        }
        if (held == null) {
            held = in.alloc().heapBuffer((int) Math.min(length, FIRST_CAPACITY), (int) length);
            collected = held;
        }
        held.writeBytes(in, (int) Math.min(length - held.readableBytes(), in.readableBytes()));
        return held.readableBytes() == length ? parse(held, 0) : null;
    }

    /** Gives back what {@link #next} collected; to be called when the fields it returned are used up. */
    void release() {
        @Nullable ByteBuf held = collected;
        if (held != null) {
            collected = null;
            held.release();
        }
    }

    private boolean readLength(ByteBuf in) throws ControlViolation {
        while (lengthBytes < LENGTH_BYTES) {
            if (!in.isReadable()) {
                return false;
            }
            length = length << 8 | in.readUnsignedByte();
            lengthBytes++;
            if (lengthBytes == LENGTH_BYTES && (length == 0 || length > limit)) {
                throw new ControlViolation("a message of " + length + " bytes; expected 1 to " + limit);
            }
        }
        return true;
    }

    private Fields parse(ByteBuf buffer, int start) throws ControlViolation {
        int end = (int) length;
        length = 0;
        lengthBytes = 0;
        CborScan.check(buffer, start, end);
        return Fields.of(buffer, start, end);
    }

    /** Writes a length and a map behind it. */
    static <M> void write(ByteBuf out, int limit, M message, BiConsumer<M, MapWriter> writer) throws ControlViolation {
        int start = out.writerIndex();
        out.writeInt(0);
        MapWriter map = new MapWriter(out);
        writer.accept(message, map);
        map.end();
        int length = out.writerIndex() - start - LENGTH_BYTES;
        if (length > limit) {
            out.writerIndex(start);
            throw new ControlViolation("a message of " + length + " bytes; expected at most " + limit);
        }
        out.setInt(start, length);
    }
}
