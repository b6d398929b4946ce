// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the records that TLS makes and takes, and their bytes, between it and the socket: whoever sends them, and whatever
 * they carry. Of each record its header is read and nothing else.
 *
 * <p>On the connection's event loop.
 */
final class RecordCounter extends ChannelDuplexHandler {
    private final Wear wear;
    private final Way in = new Way();
    private final Way out = new Way();
    private @Nullable Consumer<String> worn;
    private boolean told;

    RecordCounter(Wear wear) {
        this.wear = wear;
    }

    /** Who is told when a key is used up, once. */
    void tell(Consumer<String> listener) {
        worn = listener;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            in.count(bytes);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        check(in, "received");
        context.fireChannelReadComplete();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is the caller's
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            out.count(bytes);
        }
        context.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        check(out, "sent");
        context.flush();
    }

    private void check(Way way, String done) {
        Consumer<String> listener = worn;
        if (!told && listener != null && (way.records > wear.records() || way.bytes > wear.bytes())) {
            told = true;
            listener.accept(way.records + " TLS records of " + way.bytes + " bytes were " + done + " under one key");
        }
    }

    /** One direction: a chain of records, cut anywhere. */
    static final class Way {
        private static final int HEADER = 5;
        private static final int LENGTH_AT = 3;

        private long records;
        private long bytes;
        private int header;
        private int length;
        private int rest;

        void count(ByteBuf buffer) {
            int at = buffer.readerIndex();
            int end = buffer.writerIndex();
            bytes += end - at;
            while (at < end) {
                if (rest > 0) {
                    int step = Math.min(rest, end - at);
                    rest -= step;
                    at += step;
                } else if (header == 0 && end - at >= HEADER) {
                    begin(buffer.getUnsignedShort(at + LENGTH_AT));
                    at += HEADER;
                } else {
                    length = (length << 8 & 0xff00) | buffer.getUnsignedByte(at++);
                    if (++header == HEADER) {
                        begin(length);
                    }
                }
            }
        }

        private void begin(int payload) {
            records++;
            rest = payload;
            header = 0;
        }

        long records() {
            return records;
        }

        long bytes() {
            return bytes;
        }
    }
}
