// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Records what a stream's pipeline is told: bytes, and events in their order. */
final class Tape extends ChannelInboundHandlerAdapter {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<String> events = new ArrayList<>();

    static Tape of(MuxStreamChannel stream) {
        return stream.pipeline().get(Tape.class);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
        ByteBuf data = (ByteBuf) message;
        events.add("read " + data.readableBytes());
        data.readBytes(bytes, data.readableBytes());
        data.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        events.add("complete");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            events.add("fin");
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        events.add(context.channel().isWritable() ? "writable" : "full");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        events.add(
                cause instanceof org.sallyport.spi.StreamResetException reset
                        ? "reset " + reset.kind()
                        : cause.toString());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        events.add("inactive");
    }
}
