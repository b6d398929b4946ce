// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.EventLoops;

/**
 * Sends a resource a datagram without bytes and hears for a moment whether its host says that nobody is there (RFC 792, port
 * unreachable). On the socket's loop.
 */
final class DatagramTrial extends ChannelInboundHandlerAdapter {
    private static final long MOMENT_MILLIS = 1_000;

    /** What came of it; told once. */
    interface Outcome {
        /**
         * It is over.
         *
         * @param refused whether nobody is there
         * @param what was seen, where somebody may be
         */
        void heard(boolean refused, String what);
    }

    private final EventLoops loops;
    private final Outcome outcome;
    private @Nullable Future<?> alarm;
    private boolean over;

    /**
     * @param loops send what has no bytes
     * @param outcome is told
     */
    DatagramTrial(EventLoops loops, Outcome outcome) {
        this.loops = loops;
        this.outcome = outcome;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        DatagramChannel socket = (DatagramChannel) context.channel();
        alarm = context.executor()
                .schedule(
                        () -> end(false, "nobody objected to an empty datagram within 1 s, and nobody answered"),
                        MOMENT_MILLIS,
                        TimeUnit.MILLISECONDS);
        socket.config().setAutoRead(true);
        if (!loops.sendEmpty(socket, socket.remoteAddress())) {
            end(
                    false,
                    "there is a way to it; whether somebody is there is not known, for no empty datagram can be sent");
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
        end(false, "it answered");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(true, "");
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(true, "");
    }

    private void end(boolean refused, String what) {
        if (!over) {
            over = true;
            if (alarm != null) {
                alarm.cancel(false);
            }
            outcome.heard(refused, what);
        }
    }
}
