// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.datagram;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams on a stream: each behind its length in two bytes, several in one buffer (PROTOCOL.md, datagrams).
 *
 * <p>Written datagrams are copied into a buffer that leaves with the next flush: they are mostly small, and what they were
 * received in is large and shared. Those that arrive whole in a buffer of the stream are slices of it.
 */
final class DatagramCodec extends ChannelDuplexHandler {
    /** The largest datagram that IPv4 carries, in bytes. */
    static final int MOST = 65_507;

    private static final int LENGTH_BYTES = 2;
    /** A buffer that has so much leaves before another datagram comes into it. */
    private static final int ENOUGH = 64 * 1024;

    private static final int LEAST_ROOM = 2 * 1024;

    private final int headroom;
    private @Nullable ByteBuf gathered;
    private @Nullable ByteBuf partial;
    private int length;
    private int lengthBytes;
    private boolean broken;

    /**
     * @param headroom bytes before each written buffer that the stream needs for a frame's header
     */
    DatagramCodec(int headroom) {
        this.headroom = headroom;
    }

    /** The other end sent what is no datagram. */
    static final class BrokenFramingException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BrokenFramingException(int length) {
            super("the other end sent a datagram of " + length + " bytes: expected " + MOST + " at most");
        }
    }

    // ------------------------------------------------------------------ to the stream

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is the caller's
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf datagram)) {
            context.write(message, promise);
            return;
        }
        try {
            int size = datagram.readableBytes();
            if (size > MOST) {
                // a void promise would tell the pipeline, which takes it for the end of the stream
                if (!promise.isVoid()) {
                    promise.tryFailure(new IllegalArgumentException(
                            "a datagram of " + size + " bytes: expected " + MOST + " at most"));
                }
                return;
            }
            ByteBuf into = room(context, LENGTH_BYTES + size);
            into.writeShort(size);
            into.writeBytes(datagram);
            if (!promise.isVoid()) {
                promise.trySuccess();
            }
        } finally {
            datagram.release();
        }
    }

    private ByteBuf room(ChannelHandlerContext context, int bytes) {
        ByteBuf now = gathered;
        if (now != null && now.readableBytes() + bytes > ENOUGH) {
            send(context);
            now = null;
        }
        if (now == null) {
            now = context.alloc().directBuffer(headroom + Math.max(LEAST_ROOM, bytes));
            now.setIndex(headroom, headroom);
            gathered = now;
        }
        return now;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is lost is lost
    private void send(ChannelHandlerContext context) {
        ByteBuf now = gathered;
        if (now != null) {
            gathered = null;
            context.write(now, context.voidPromise());
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        send(context);
        context.flush();
    }

    // ------------------------------------------------------------------ from the stream

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (broken || !(message instanceof ByteBuf data)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            while (data.isReadable() && !broken) {
                read(context, data);
            }
        } finally {
            data.release();
        }
    }

    /** Reads on, to the end of a datagram at most. */
    private void read(ChannelHandlerContext context, ByteBuf data) {
        while (lengthBytes < LENGTH_BYTES && data.isReadable()) {
            length = length << Byte.SIZE | data.readUnsignedByte();
            lengthBytes++;
        }
        if (lengthBytes < LENGTH_BYTES) {
            return;
        }
        if (length > MOST) {
            broken = true;
            context.fireExceptionCaught(new BrokenFramingException(length));
            return;
        }
        ByteBuf begun = partial;
        if (begun == null && data.readableBytes() >= length) {
            whole(context, data.readRetainedSlice(length));
            return;
        }
        if (begun == null) {
            begun = context.alloc().directBuffer(length, length);
            partial = begun;
        }
        begun.writeBytes(data, Math.min(data.readableBytes(), begun.writableBytes()));
        if (!begun.isWritable()) {
            partial = null;
            whole(context, begun);
        }
    }

    private void whole(ChannelHandlerContext context, ByteBuf datagram) {
        length = 0;
        lengthBytes = 0;
        context.fireChannelRead(datagram);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        broken = true;
        ReferenceCountUtil.release(gathered);
        gathered = null;
        ReferenceCountUtil.release(partial);
        partial = null;
    }
}
