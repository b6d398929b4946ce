// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.sallyport.wire.TunnelProtocol;

/**
 * Puts {@link ControlMessage}s on the channel of a control stream: reads them with {@code channelRead}, and takes them in
 * {@code write}. A violation is fired once as {@code exceptionCaught} with a {@link ControlViolation}; what arrives
 * after it is dropped, and closing is up to the handler behind. A message that is too long to send fails its promise.
 *
 * <p>Not shareable; all state is the event loop's.
 */
public final class ControlCodec extends ChannelDuplexHandler {

    private final ControlDecoder decoder;
    private final ControlEncoder encoder;
    private boolean finished;

    private ControlCodec(int readLimit, int writeLimit) {
        this.decoder = new ControlDecoder(readLimit);
        this.encoder = new ControlEncoder(writeLimit);
    }

    /** Reads what clients send, writes what servers send. */
    public static ControlCodec atServer() {
        return new ControlCodec(TunnelProtocol.MAX_CLIENT_MESSAGE, TunnelProtocol.MAX_SERVER_MESSAGE);
    }

    /** Reads what servers send, writes what clients send. */
    public static ControlCodec atClient() {
        return new ControlCodec(TunnelProtocol.MAX_SERVER_MESSAGE, TunnelProtocol.MAX_CLIENT_MESSAGE);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof ByteBuf in)) {
            ctx.fireChannelRead(msg);
            return;
        }
        try {
            while (!finished) {
                @Nullable ControlMessage message = decoder.next(in);
                if (message == null) {
                    return;
                }
                ctx.fireChannelRead(message);
            }
        } catch (ControlViolation violation) {
            finished = true;
            ctx.fireExceptionCaught(violation);
        } finally {
            in.release();
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise that was passed tells
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (!(msg instanceof ControlMessage message)) {
            ctx.write(msg, promise);
            return;
        }
        ByteBuf out = ctx.alloc().buffer();
        try {
            encoder.write(message, out);
        } catch (ControlViolation | RuntimeException unsendable) {
            ReferenceCountUtil.release(out);
            promise.tryFailure(unsendable);
            return;
        }
        ctx.write(out, promise);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        finished = true;
        decoder.close();
    }
}
