// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import org.sallyport.spi.EventLoops;

/** How a tunnel's socket is set. */
final class Sockets {
    /** Queued before the socket: what a small frame may have to wait behind. */
    private static final WriteBufferWaterMark QUEUE = new WriteBufferWaterMark(65_536, 131_072);

    /** Queued in the kernel and not yet sent. */
    private static final int UNSENT = 131_072;

    private static final int LEAST_READ = 2048;
    private static final int FIRST_READ = 16_384;
    private static final int MOST_READ = 131_072;
    private static final int READS_A_TURN = 4;

    private Sockets() {}

    /** Sets a connection's options; unsent bytes are bounded once it is connected. */
    static void prepare(Channel channel) {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        channel.config().setWriteBufferWaterMark(QUEUE);
        channel.config()
                .setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(LEAST_READ, FIRST_READ, MOST_READ)
                        .maxMessagesPerRead(READS_A_TURN));
    }

    static void limitUnsent(EventLoops loops, Channel channel) {
        loops.limitUnsent(channel, UNSENT);
    }
}
