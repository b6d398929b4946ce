// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.header;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.tls.Handshake;

/**
 * Waits for the header with which an application's connection has to begin, as long as for a handshake at most, and goes when
 * it is there: what follows is read on by who comes next. Of what is read before that no more is kept than one read brings.
 * On the connection's loop.
 */
public final class HeaderReader extends ByteToMessageDecoder {
    private static final String EXPECTED = "the connection did not begin with a header of the PROXY protocol but with ";

    private final HeaderParser parser = new HeaderParser();
    private final Outcome outcome;
    private @Nullable Future<?> alarm;
    private boolean over;

    /** What came of it; told once. */
    public interface Outcome {
        /**
         * The header is there. Whoever reads on is to be put into the pipeline now.
         *
         * @param ends that it tells; null when it tells none
         */
        void told(@Nullable Ends ends);

        /** There is none, for this reason; the connection is left to be closed. */
        void failed(String why);
    }

    private HeaderReader(Outcome outcome) {
        this.outcome = outcome;
    }

    /**
     * Begins; the caller reads from the channel.
     *
     * @param channel registered
     * @param outcome is told
     */
    public static void expect(Channel channel, Outcome outcome) {
        channel.pipeline().addLast(new HeaderReader(outcome));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        alarm = context.executor()
                .schedule(
                        () -> fail("the header of the PROXY protocol did not come within " + Handshake.SECONDS + " s"),
                        Handshake.SECONDS,
                        TimeUnit.SECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (over) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            parser.read(in);
        } catch (HeaderException malformed) {
            in.skipBytes(in.readableBytes());
            fail(EXPECTED + malformed.getMessage());
            return;
        }
        if (parser.complete()) {
            end();
            outcome.told(parser.ends());
            context.pipeline().remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(EXPECTED + "its end");
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        fail(EXPECTED + "its end");
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(EXPECTED + "a reset");
    }

    private void fail(String why) {
        if (!over) {
            end();
            outcome.failed(why);
        }
    }

    private void end() {
        over = true;
        Future<?> waiting = alarm;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }
}
