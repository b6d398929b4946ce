// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/** What is passed on towards the resource, and the end of it, which is passed on once. On the connection's event loop. */
final class Onward {
    private final ChannelHandlerContext channel;
    private boolean some;
    private boolean ended;

    Onward(ChannelHandlerContext channel) {
        this.channel = channel;
    }

    void pass(ByteBuf data) {
        some = true;
        channel.fireChannelRead(data);
    }

    /** The channel itself tells that what it read is to leave. */
    void readComplete() {
        some = false;
    }

    /** What was passed on outside of the channel's own reads is to leave. */
    void complete() {
        if (some) {
            some = false;
            channel.fireChannelReadComplete();
        }
    }

    void end() {
        if (!ended) {
            ended = true;
            channel.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }
}
