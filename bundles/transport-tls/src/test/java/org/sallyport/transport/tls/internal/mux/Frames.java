// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/** Frames of tests: as bytes, as words, as records. */
final class Frames {
    private Frames() {}

    /** A frame that left. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sent(int type, int flags, int stream, int length, byte[] payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        @Override
        public String toString() {
            String name =
                    switch (type) {
                        case Frame.TYPE_DATA -> "DATA";
                        case Frame.TYPE_WINDOW_UPDATE -> "WINDOW";
                        case Frame.TYPE_PING -> "PING";
                        default -> "AWAY";
                    };
            return name + (has(Frame.SYN) ? " SYN" : "") + (has(Frame.ACK) ? " ACK" : "")
                    + (has(Frame.FIN) ? " FIN" : "") + (has(Frame.RST) ? " RST" : "")
                    + (stream == 0 ? "" : " " + stream) + " " + length;
        }
    }

    static List<Sent> parse(byte[] bytes) {
        List<Sent> frames = new ArrayList<>();
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        while (in.isReadable()) {
            int head = in.readInt();
            int stream = in.readInt();
            int length = in.readInt();
            byte[] payload = new byte[head >>> 16 == Frame.TYPE_DATA ? length : 0];
            in.readBytes(payload);
            frames.add(new Sent(head >>> 16, head & 0xffff, stream, length, payload));
        }
        return frames;
    }

    /** {@return what left, one word for each frame} */
    static List<String> words(byte[] bytes) {
        return parse(bytes).stream().map(Sent::toString).toList();
    }

    static byte[] bytes(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] data(int stream, int flags, int length) {
        return bytes(out -> {
            FrameWriter.data(out, stream, flags, length);
            out.writeZero(length);
        });
    }

    static byte[] window(int stream, int flags, int credit) {
        return bytes(out -> FrameWriter.windowUpdate(out, stream, flags, credit));
    }
}
