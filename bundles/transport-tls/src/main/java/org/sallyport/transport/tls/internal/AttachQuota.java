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

/** Bounds what the server reads of a client before a role admits it: 64 KiB. */
final class AttachQuota extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AttachQuota.class);

    private long bytes;

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // closed is closed
    public void channelRead(ChannelHandlerContext context, Object message) {
        bytes += message instanceof ByteBuf data ? data.readableBytes() : 0;
        if (bytes > TunnelProtocol.MAX_BYTES_BEFORE_ATTACH) {
            ReferenceCountUtil.release(message);
            LOG.info(
                    "{}: closed, more than {} bytes before it was attached",
                    context.channel(),
                    TunnelProtocol.MAX_BYTES_BEFORE_ATTACH);
            context.close();
            return;
        }
        context.fireChannelRead(message);
    }
}
