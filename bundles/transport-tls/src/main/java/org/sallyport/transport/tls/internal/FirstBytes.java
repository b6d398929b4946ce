// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.sallyport.wire.TunnelProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before TLS on the server until the handshake is done: what does not begin as a TLS handshake record is closed at
 * its first byte, and no more than 64 KiB are read.
 */
final class FirstBytes extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FirstBytes.class);
    private static final int TLS_HANDSHAKE = 22;

    private long bytes;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf data) || !data.isReadable()) {
            context.fireChannelRead(message);
            return;
        }
        if (bytes == 0 && data.getUnsignedByte(data.readerIndex()) != TLS_HANDSHAKE) {
            refuse(context, message, "what arrives is not TLS");
            return;
        }
        bytes += data.readableBytes();
        if (bytes > TunnelProtocol.MAX_BYTES_BEFORE_ATTACH) {
            refuse(context, message, "more than " + TunnelProtocol.MAX_BYTES_BEFORE_ATTACH + " bytes of TLS handshake");
            return;
        }
        context.fireChannelRead(message);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closed is closed
    private static void refuse(ChannelHandlerContext context, Object message, String why) {
        ReferenceCountUtil.release(message);
        LOG.debug("{}: closed, {}", context.channel(), why);
        context.channel().unsafe().closeForcibly();
        context.close();
    }
}
