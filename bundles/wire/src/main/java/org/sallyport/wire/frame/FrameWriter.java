// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes frame headers: at the end of a buffer in which small frames are gathered, or into the room that was left before
 * a payload, so that header and payload leave as one piece without a copy.
 *
 * <p>Stateless; lengths and credit are unsigned 32-bit numbers.
 */
public final class FrameWriter {

    private FrameWriter() {}

    /** Appends the header of a DATA frame; {@code length} bytes have to follow it on the wire. */
    public static void data(ByteBuf out, int streamId, int flags, int length) {
        header(out, Frame.TYPE_DATA, flags, streamId, length);
    }

    /** Appends a WINDOW_UPDATE frame. */
    public static void windowUpdate(ByteBuf out, int streamId, int flags, int credit) {
        header(out, Frame.TYPE_WINDOW_UPDATE, flags, streamId, credit);
    }

    /** Appends a PING frame, or the answer to one. */
    public static void ping(ByteBuf out, boolean answer, int opaque) {
        header(out, Frame.TYPE_PING, answer ? Frame.ACK : Frame.SYN, 0, opaque);
    }

    /** Appends a GO_AWAY frame. */
    public static void goAway(ByteBuf out, GoAwayCode code) {
        if (code == GoAwayCode.UNKNOWN) {
            throw new IllegalArgumentException("GO_AWAY with code UNKNOWN; expected one that has a number");
        }
        header(out, Frame.TYPE_GO_AWAY, 0, 0, code.number());
    }

    private static void header(ByteBuf out, int type, int flags, int streamId, int length) {
        out.ensureWritable(Frame.HEADER_LENGTH);
        int at = out.writerIndex();
        put(out, at, type, flags, streamId, length);
        out.writerIndex(at + Frame.HEADER_LENGTH);
    }

    /**
     * Writes the header of a DATA frame into the 12 bytes before the readable ones, which become its payload. Only for a
     * buffer of which {@link #ownsHeadroom} is true.
     */
    public static void prependData(ByteBuf payload, int streamId, int flags) {
        int length = payload.readableBytes();
        int at = payload.readerIndex() - Frame.HEADER_LENGTH;
        put(payload, at, Frame.TYPE_DATA, flags, streamId, length);
        payload.readerIndex(at);
    }

    private static void put(ByteBuf buffer, int at, int type, int flags, int streamId, int length) {
        buffer.setInt(at, type << 16 | flags);
        buffer.setInt(at + 4, streamId);
        buffer.setInt(at + 8, length);
    }

    /**
     * Whether a header may be written before the readable bytes of a buffer whose reference the caller owns: there is
     * room, the allocator is the connection's own (memory that somebody wrapped is not ours to write to), and nobody else
     * holds a reference, be it to the buffer or to what it is a slice of.
     */
    public static boolean ownsHeadroom(ByteBuf payload, ByteBufAllocator allocator) {
        if (payload.readerIndex() < Frame.HEADER_LENGTH
                || !payload.isDirect()
                || payload.alloc() != allocator
                || payload.isReadOnly()
                || payload instanceof CompositeByteBuf) {
            return false;
        }
        for (@Nullable ByteBuf buffer = payload; buffer != null; buffer = buffer.unwrap()) {
            if (buffer.refCnt() != 1) {
                return false;
            }
        }
        return true;
    }
}
