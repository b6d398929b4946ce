// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameWriter;

/**
 * Puts frames on the connection: small ones are copied together into one buffer of the size of a TLS record, large ones
 * leave as they are, their header in the room before them. Nothing is flushed per frame.
 *
 * <p>On the connection's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // void promises: a failure comes as an event of the connection
final class TunnelWriter {
    /** Payloads up to this size are copied rather than sent on their own. */
    static final int SMALL = 4096;

    private static final int GATHERED = 16_384;

    private final ChannelHandlerContext context;
    private final Channel channel;
    private @Nullable ByteBuf gathered;
    private boolean unflushed;

    TunnelWriter(ChannelHandlerContext context) {
        this.context = context;
        this.channel = context.channel();
    }

    /** {@return whether the connection takes more without queueing too much before the socket} */
    boolean writable() {
        return channel.isWritable();
    }

    /** {@return a buffer with room for a number of bytes, at most 16 KiB, at whose end they are to be written} */
    ByteBuf room(int bytes) {
        ByteBuf buffer = gathered;
        if (buffer != null && buffer.writableBytes() < bytes) {
            sendGathered();
            buffer = null;
        }
        if (buffer == null) {
            buffer = context.alloc().directBuffer(GATHERED, GATHERED);
            gathered = buffer;
            unflushed = true;
        }
        return buffer;
    }

    void windowUpdate(int streamId, int flags, int credit) {
        FrameWriter.windowUpdate(room(Frame.HEADER_LENGTH), streamId, flags, credit);
    }

    /** Copies a payload of at most {@link #SMALL} bytes and moves the source's reader index behind it. */
    void small(int streamId, int flags, ByteBuf source, int length) {
        ByteBuf buffer = room(Frame.HEADER_LENGTH + length);
        FrameWriter.data(buffer, streamId, flags, length);
        buffer.writeBytes(source, length);
    }

    /** Sends all readable bytes of a buffer as one frame and releases it. */
    void large(int streamId, int flags, ByteBuf payload, boolean ownsHeadroom) {
        if (ownsHeadroom) {
            FrameWriter.prependData(payload, streamId, flags);
        } else {
            FrameWriter.data(room(Frame.HEADER_LENGTH), streamId, flags, payload.readableBytes());
        }
        sendGathered();
        context.write(payload, context.voidPromise());
        unflushed = true;
    }

    private void sendGathered() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            context.write(buffer, context.voidPromise());
        }
    }

    void flush() {
        if (unflushed) {
            unflushed = false;
            sendGathered();
            context.flush();
        }
    }

    /**
     * Ends this half of the connection once all that was written is out. If it were closed while the peer still sends, the
     * peer would see a reset, and lose what it has not read yet.
     */
    void flushAndEnd() {
        sendGathered();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (written.isSuccess() && tls != null && channel instanceof DuplexChannel socket) {
                tls.closeOutbound().addListener(said -> socket.shutdownOutput());
            } else {
                context.close();
            }
        });
    }

    /** Drops what was gathered and not flushed. */
    void release() {
        ByteBuf buffer = gathered;
        if (buffer != null) {
            gathered = null;
            buffer.release();
        }
    }
}
