// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.control.ControlCodec;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.ControlViolation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control stream of one tunnel: carries messages between the tunnel's event loop and the role's thread, and decides
 * nothing. A client that sends faster than the role works is read no further until the role has caught up, and one that lets
 * its answers wait until it has taken them.
 *
 * <p>The pipeline: {@code control-codec} (bytes and messages), {@code control-session} (this).
 */
final class ControlSession extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final int PAUSE_AT = 32;
    private static final int RESUME_AT = 8;

    /** Who acts on what is said; called on the role's thread. */
    interface Listener {
        void received(ControlSession session, ControlMessage message);

        /** What arrived is no message; nothing more will arrive. */
        void malformed(ControlSession session, String text);

        /** The tunnel is closed and so are all its streams. */
        void closed(ControlSession session, String reason);
    }

    private final Tunnel tunnel;
    private final RoleThread thread;
    private final Listener listener;
    private final AtomicInteger waiting = new AtomicInteger();
    private boolean dismissed; // the role's thread
    private boolean proven; // the role's thread
    private boolean behind; // the event loop

    private ControlSession(Tunnel tunnel, RoleThread thread, Listener listener) {
        this.tunnel = tunnel;
        this.thread = thread;
        this.listener = listener;
    }

    /** Begins to read; called on the tunnel's event loop. */
    static void begin(Tunnel tunnel, RoleThread thread, Listener listener) {
        ControlSession session = new ControlSession(tunnel, thread, listener);
        StreamChannel control = tunnel.control();
        ChannelPipeline pipeline = control.pipeline();
        pipeline.addLast("control-codec", ControlCodec.atServer());
        pipeline.addLast("control-session", session);
        tunnel.closed().addListener((Future<String> closed) -> {
            String reason = closed.isSuccess() ? closed.getNow() : String.valueOf(closed.cause());
            thread.post(() -> listener.closed(session, reason));
        });
        control.config().setAutoRead(true);
    }

    Tunnel tunnel() {
        return tunnel;
    }

    /** {@return where the client comes from, without its port} */
    String address() {
        return tunnel.peer().address().getHostString();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof ControlMessage message)) {
            ReferenceCountUtil.release(msg);
            return;
        }
        if (waiting.incrementAndGet() >= PAUSE_AT && !behind) {
            behind = true;
            readOrPause(ctx);
        }
        thread.post(() -> {
            try {
                listener.received(this, message);
            } finally {
                if (waiting.decrementAndGet() == RESUME_AT) {
                    // on the loop, so that it cannot come before the pause that it ends
                    ctx.executor().execute(() -> caughtUp(ctx));
                }
            }
        });
    }

    /** More may have come meanwhile: a read that had begun goes on to its end, paused or not. */
    private void caughtUp(ChannelHandlerContext ctx) {
        if (waiting.get() < PAUSE_AT) {
            behind = false;
            readOrPause(ctx);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readOrPause(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private void readOrPause(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(!behind && ctx.channel().isWritable());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ControlViolation violation) {
            thread.post(() -> listener.malformed(this, String.valueOf(violation.getMessage())));
        } else {
            LOG.debug("{}: the control stream failed", this, cause);
            tunnel.close("the control stream failed: " + cause.getMessage());
        }
    }

    /** Sends a message; on any thread. What cannot be sent ends the tunnel, because both ends would disagree from then on. */
    void send(ControlMessage message) {
        send(message, sent -> {});
    }

    /**
     * Sends a message.
     *
     * @param message to the client
     * @param left is told on the event loop when it has left, or failed to
     */
    void send(ControlMessage message, Consumer<Boolean> left) {
        tunnel.control().writeAndFlush(message).addListener((Future<Void> written) -> {
            // after this end's own last word there is nobody to disagree with
            if (!written.isSuccess()
                    && tunnel.control().isOpen()
                    && !tunnel.control().isOutputShutdown()) {
                LOG.warn("{}: a control message could not be sent, the tunnel is closed", this, written.cause());
                tunnel.close("a control message could not be sent: " + written.cause());
            }
            left.accept(written.isSuccess());
        });
    }

    /** Lets the tunnel's streams finish, then ends it. */
    void drain(Duration deadline) {
        tunnel.drain(deadline).addListener(drained -> LOG.debug("{}: drained", this));
    }

    /** Sends the last message and ends the tunnel; what the client says after that is not heard. */
    void dismiss(ControlMessage message, String reason) {
        dismissed = true;
        send(message);
        close(reason);
    }

    /** The tunnel is closed; what the client said before may still wait to be read. */
    void over() {
        dismissed = true;
    }

    /** {@return whether the last message was sent, or can't be any more: nothing is heard then} */
    boolean dismissed() {
        return dismissed;
    }

    /** A token was shown on it. */
    void prove() {
        proven = true;
    }

    /** {@return whether a token was shown on it; who shows none is given no keys} */
    boolean proven() {
        return proven;
    }

    /** Ends the tunnel; what was sent before goes out first. */
    void close(String reason) {
        tunnel.close(reason);
    }

    @Override
    public String toString() {
        return "tunnel from " + tunnel.peer().address();
    }
}
