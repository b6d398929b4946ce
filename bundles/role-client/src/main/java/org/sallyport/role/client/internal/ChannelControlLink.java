// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.sallyport.wire.control.ControlCodec;
import org.sallyport.wire.control.ControlMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control stream as a channel. Handlers, from the head: {@code control-codec} (bytes and messages), {@code role} (hands
 * messages to the role's thread). While the role is behind by {@value #MOST_WAITING} messages nothing is read until it has
 * caught up, so a server that talks without end is held by its credit. One that does not take what is answered loses the
 * tunnel: reading on is this end's duty, because the server reads nothing while its own messages wait.
 */
final class ChannelControlLink implements ControlLink {
    static final int MOST_WAITING = 32;

    /** Bytes that may wait for the server to take them. */
    static final int MOST_UNSENT = 1_048_576;

    private static final Logger LOG = LoggerFactory.getLogger(ChannelControlLink.class);

    private final Channel channel;
    private final Consumer<String> closer;

    private ChannelControlLink(Channel channel, Consumer<String> closer) {
        this.channel = channel;
        this.closer = closer;
    }

    /** {@return how links are opened whose messages are handled on {@code serial}} */
    static Opener on(Serial serial) {
        return (tunnel, received) -> open(tunnel.control(), tunnel::close, serial, received);
    }

    /**
     * Begins to read.
     *
     * @param channel of the control stream
     * @param closer closes the tunnel with a reason
     * @param serial where {@code received} is called
     * @param received gets what the server says
     * @return where to send
     */
    static ControlLink open(
            Channel channel, Consumer<String> closer, Serial serial, Consumer<ControlMessage> received) {
        ChannelControlLink link = new ChannelControlLink(channel, closer);
        channel.eventLoop().execute(() -> {
            channel.pipeline()
                    .addLast("control-codec", ControlCodec.atClient())
                    .addLast("role", new Inbound(closer, serial, received));
            channel.config().setAutoRead(true);
        });
        return link;
    }

    @Override
    public void send(ControlMessage message) {
        channel.eventLoop().execute(() -> {
            if (channel.bytesBeforeWritable() > MOST_UNSENT) {
                closer.accept("the server does not take what this client answers: more than 1 MiB waits");
            } else {
                write(message);
            }
        });
    }

    private void write(ControlMessage message) {
        channel.writeAndFlush(message).addListener(written -> {
            if (written.isSuccess() || !channel.isActive()) {
                return;
            }
            if (written.cause() instanceof ChannelOutputShutdownException) {
                // the tunnel is being ended, as whoever ends it says
                LOG.debug(
                        "{}: {} came too late to be sent",
                        channel,
                        message.getClass().getSimpleName());
            } else {
                LOG.error("{}: {} was not sent", channel, message.getClass().getSimpleName(), written.cause());
                closer.accept(
                        "a control message was not sent: " + written.cause().getMessage());
            }
        });
    }

    /** Hands messages over. State is the event loop's but for what is volatile. */
    private static final class Inbound extends ChannelInboundHandlerAdapter {
        private final Consumer<String> closer;
        private final Serial serial;
        private final Consumer<ControlMessage> received;
        private final AtomicInteger waiting = new AtomicInteger();
        private volatile boolean paused;

        Inbound(Consumer<String> closer, Serial serial, Consumer<ControlMessage> received) {
            this.closer = closer;
            this.serial = serial;
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (!(msg instanceof ControlMessage message)) {
                ReferenceCountUtil.release(msg);
                return;
            }
            if (waiting.incrementAndGet() >= MOST_WAITING && !paused) {
                paused = true;
                ctx.channel().config().setAutoRead(false);
            }
            serial.execute(() -> {
                try {
                    received.accept(message);
                } finally {
                    // the message that paused is handed over after the pause, so the last one always sees it
                    if (waiting.decrementAndGet() == 0 && paused) {
                        ctx.executor().execute(() -> resume(ctx));
                    }
                }
            });
        }

        private void resume(ChannelHandlerContext ctx) {
            paused = false;
            ctx.channel().config().setAutoRead(true);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("{}: the control stream failed", ctx.channel(), cause);
            closer.accept("control stream: " + cause.getMessage());
        }
    }
}
