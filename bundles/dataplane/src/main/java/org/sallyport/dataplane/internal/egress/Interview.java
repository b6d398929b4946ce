// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.HostPort;
import org.sallyport.spi.Inquiry;
import org.sallyport.spi.Inquiry.Finding;
import org.sallyport.spi.ProbeStep;

/**
 * Has an {@link Inquiry} on a connection to a resource; without one it only hears whether the resource objects to TLS. Bounded
 * in time, and in what is heard. On the connection's loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what is not written, or not read, shows in the end of the connection
final class Interview extends ByteToMessageDecoder {
    private static final int MOST_HEARD = 128 * 1024;

    /** What came of it; told once. The connection is still open as far as the resource left it so. */
    interface Outcome {
        /**
         * It came to its end.
         *
         * @param found null when nothing was asked
         */
        void over(@Nullable ProbeStep found);

        /**
         * The resource ended TLS before it said anything.
         *
         * @param cause null when it gave none
         */
        void objected(@Nullable Throwable cause);

        /** The inquiry failed. */
        void broken(Throwable failure);
    }

    private final @Nullable Inquiry inquiry;
    private final HostPort resource;
    private final long patienceMillis;
    private final Outcome outcome;
    private @Nullable Future<?> alarm;
    private long heard;
    private boolean over;

    /**
     * @param inquiry what is asked; null: nothing
     * @param resource for messages
     * @param patienceMillis how long is waited
     * @param outcome is told
     */
    Interview(@Nullable Inquiry inquiry, HostPort resource, long patienceMillis, Outcome outcome) {
        this.inquiry = inquiry;
        this.resource = resource;
        this.patienceMillis = patienceMillis;
        this.outcome = outcome;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        alarm = context.executor().schedule(this::silent, patienceMillis, TimeUnit.MILLISECONDS);
        Inquiry asking = inquiry;
        if (asking != null) {
            try {
                context.writeAndFlush(asking.question());
            } catch (RuntimeException | LinkageError e) {
                fail(e);
                return;
            }
        }
        context.read();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        Inquiry asking = inquiry;
        if (over) {
            in.skipBytes(in.readableBytes());
        } else if (asking == null) {
            in.skipBytes(in.readableBytes());
            end(null);
        } else {
            int before = in.readableBytes();
            try {
                end(asking.heard(in), asking);
            } catch (RuntimeException | LinkageError e) {
                fail(e);
            }
            heard += before - in.readableBytes();
            if (!over && heard + in.readableBytes() > MOST_HEARD) {
                end(
                        new Finding(false, resource + " said more than " + MOST_HEARD + " bytes without an answer"),
                        asking);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        super.channelReadComplete(context);
        if (!over) {
            context.read();
        }
    }

    private void silent() {
        Inquiry asking = inquiry;
        if (asking == null) {
            end(null);
        } else {
            end(new Finding(false, resource + " did not answer within " + seconds() + " s"), asking);
        }
    }

    private String seconds() {
        return patienceMillis % 1_000 == 0
                ? String.valueOf(patienceMillis / 1_000)
                : String.valueOf(patienceMillis / 1e3);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        super.userEventTriggered(context, event);
        if (event == ChannelInputShutdownEvent.INSTANCE || event instanceof SslCloseCompletionEvent) {
            ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        super.channelInactive(context);
        ended();
    }

    private void ended() {
        Inquiry asking = inquiry;
        if (over) {
            return;
        }
        if (asking == null) {
            object(null);
            return;
        }
        try {
            end(asking.ended(), asking);
        } catch (RuntimeException | LinkageError e) {
            fail(e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable each = cause;
        while (each != null && !(each instanceof SSLException)) {
            each = each.getCause();
        }
        if (each == null) {
            ended();
        } else {
            object(cause);
        }
    }

    private void end(@Nullable Finding finding, Inquiry asking) {
        if (finding != null) {
            end(new ProbeStep(asking.name(), finding.passed(), finding.text()));
        }
    }

    private void end(@Nullable ProbeStep found) {
        if (finish()) {
            outcome.over(found);
        }
    }

    private void object(@Nullable Throwable cause) {
        if (finish()) {
            outcome.objected(cause);
        }
    }

    private void fail(Throwable failure) {
        if (finish()) {
            outcome.broken(failure);
        }
    }

    private boolean finish() {
        if (over) {
            return false;
        }
        over = true;
        if (alarm != null) {
            alarm.cancel(false);
        }
        return true;
    }
}
