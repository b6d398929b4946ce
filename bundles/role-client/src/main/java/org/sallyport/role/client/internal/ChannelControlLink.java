// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.control.ControlCodec;
import org.sallyport.wire.control.ControlMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control stream as a channel. Handlers, from the head: {@code control-codec} (bytes and messages), {@code role} (hands
 * messages to the role's thread). While the role is behind by more than {@value #MOST_WAITING} messages nothing is read, so
 * a server that talks without end is held by its credit.
 */
final class ChannelControlLink implements ControlLink {
    static final int MOST_WAITING = 32;

    private static final Logger LOG = LoggerFactory.getLogger(ChannelControlLink.class);

    private final Tunnel tunnel;
    private final Channel channel;

    private ChannelControlLink(Tunnel tunnel, Channel channel) {
        this.tunnel = tunnel;
        this.channel = channel;
    }

    /** {@return how links are opened whose messages are handled on {@code serial}} */
    static Opener on(Serial serial) {
        return (tunnel, received) -> {
            Channel channel = tunnel.control();
            ChannelControlLink link = new ChannelControlLink(tunnel, channel);
            tunnel.eventLoop().execute(() -> {
                channel.pipeline()
                        .addLast("control-codec", ControlCodec.atClient())
                        .addLast("role", new Inbound(tunnel, serial, received));
                channel.config().setAutoRead(true);
            });
            return link;
        };
    }

    @Override
    public void send(ControlMessage message) {
        tunnel.eventLoop().execute(() -> channel.writeAndFlush(message).addListener(written -> {
            if (!written.isSuccess() && channel.isActive()) {
                LOG.error("{}: cannot send {}", tunnel, message.getClass().getSimpleName(), written.cause());
                tunnel.close("a control message could not be sent: "
                        + written.cause().getMessage());
            }
        }));
    }

    /** Hands messages over. The counter is shared with the role's thread, all else is the event loop's. */
    private static final class Inbound extends ChannelInboundHandlerAdapter {
        private final Tunnel tunnel;
        private final Serial serial;
        private final Consumer<ControlMessage> received;
        private final AtomicInteger waiting = new AtomicInteger();

        Inbound(Tunnel tunnel, Serial serial, Consumer<ControlMessage> received) {
            this.tunnel = tunnel;
            this.serial = serial;
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (!(msg instanceof ControlMessage message)) {
                ReferenceCountUtil.release(msg);
                return;
            }
            if (waiting.incrementAndGet() >= MOST_WAITING) {
                ctx.channel().config().setAutoRead(false);
            }
            serial.execute(() -> {
                try {
                    received.accept(message);
                } finally {
                    if (waiting.decrementAndGet() == 0) {
                        ctx.executor().execute(() -> ctx.channel().config().setAutoRead(true));
                    }
                }
            });
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("{}: control stream failed", tunnel, cause);
            tunnel.close("control stream: " + cause.getMessage());
        }
    }
}
