// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;

/**
 * A stream that hands its bytes to its counterpart in the same process. State belongs to its loop; the two sides speak to each
 * other in tasks, which keep their order. It overwrites the headroom of buffers that nobody else can hold, as a transport
 * does, so that whoever shares a buffer all the same is found out.
 */
@SuppressWarnings("FutureReturnValueIgnored") // timers that find nothing to do when the stream is over
final class MemoryStream extends AbstractChannel implements StreamChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final int HEADROOM = 12;
    private static final int BURST = 16;
    private static final int CREDIT_FLAG = 1;
    private static final long PATIENCE_SECONDS = 5;
    private static final Object FIN = new Object();

    private final MemoryTunnel tunnel;
    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final Promise<OpenReply> opened;
    private final boolean opener;

    private final Queue<Object> inbound = new ArrayDeque<>();
    private @Nullable MemoryStream peer;
    private int credit = MemoryTunnel.WINDOW;
    private boolean answered;
    private volatile boolean sentPayload;
    private boolean reading;
    private boolean delivering;
    private @Nullable ChannelPromise finWanted;
    private volatile boolean finSent;
    private boolean finReceived;
    private boolean resetWanted;
    private boolean resetKnown;
    private volatile boolean open = true;

    MemoryStream(MemoryTunnel tunnel, @Nullable MemoryStream openedBy) {
        super(null);
        this.tunnel = tunnel;
        peer = openedBy;
        opener = openedBy == null;
        opened = tunnel.eventLoop().newPromise();
    }

    private EventLoop loop() {
        return tunnel.eventLoop();
    }

    // ------------------------------------------------------------------ what a stream is asked

    @Override
    public Future<OpenReply> opened() {
        return opened;
    }

    @Override
    public void reply(OpenReply reply) {
        MemoryStream other = peer;
        if (opener || answered || other == null) {
            throw new IllegalStateException("a reply is given once, by who did not open");
        }
        answered = true;
        other.loop().execute(() -> other.replied(reply));
        if (!reply.accepted()) {
            resetKnown = true;
            unsafe().close(unsafe().voidPromise());
        }
    }

    private void replied(OpenReply reply) {
        answered = true;
        opened.trySuccess(reply);
        if (!reply.accepted()) {
            resetKnown = true;
            unsafe().close(unsafe().voidPromise());
        }
    }

    @Override
    public void reset(ResetMode mode) {
        loop().execute(() -> {
            if (!open || resetWanted) {
                return;
            }
            if (mode == ResetMode.IN_ORDER) {
                resetWanted = true;
                unsafe().flush();
                write(unsafe().outboundBuffer());
                loop().schedule(this::resetNow, PATIENCE_SECONDS, TimeUnit.SECONDS);
            } else {
                resetNow();
            }
        });
    }

    private void resetNow() {
        if (open) {
            resetKnown = true;
            MemoryStream other = peer;
            if (other != null) {
                boolean refused = !opener && !answered;
                other.loop()
                        .execute(() -> other.peerReset(
                                refused ? StreamResetException.Kind.REFUSED : StreamResetException.Kind.RESET));
            }
            opened.tryFailure(new StreamResetException(StreamResetException.Kind.LOCAL, "reset here"));
            unsafe().close(unsafe().voidPromise());
        }
    }

    @Override
    public int headroom() {
        return HEADROOM;
    }

    @Override
    public int credit() {
        return Math.max(0, credit);
    }

    @Override
    public void withhold(int bytes) {
        // it has no windows that could be kept small
    }

    // ------------------------------------------------------------------ what the other side tells

    boolean sentPayload() {
        return sentPayload;
    }

    boolean sentEnd() {
        return finSent;
    }

    void linked(MemoryStream other) {
        loop().execute(() -> {
            peer = other;
            ChannelOutboundBuffer waiting = unsafe().outboundBuffer();
            if (waiting != null) {
                write(waiting);
            }
        });
    }

    private void receive(Object item) {
        if (!open) {
            ReferenceCountUtil.release(item);
            return;
        }
        inbound.add(item);
        if (reading) {
            deliver();
        } else if (inbound.size() == 1) {
            endIfNext();
        }
    }

    void peerReset(StreamResetException.Kind kind) {
        StreamResetException cause = new StreamResetException(kind, "reset by the other end");
        loop().execute(() -> {
            opened.tryFailure(cause);
            if (open && !resetKnown) {
                resetKnown = true;
                receive(cause);
                loop().schedule(() -> failNow(cause), PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        });
    }

    void tunnelLost() {
        StreamResetException cause = new StreamResetException(
                sentPayload || finSent || answered
                        ? StreamResetException.Kind.TUNNEL_LOST
                        : StreamResetException.Kind.TUNNEL_LOST_CLEAN,
                "the tunnel was lost");
        opened.tryFailure(cause);
        resetKnown = true;
        failNow(cause);
    }

    void neverOpened() {
        open = false;
        opened.setFailure(
                new StreamResetException(StreamResetException.Kind.TUNNEL_LOST_CLEAN, "the tunnel takes no streams"));
    }

    private void failNow(StreamResetException cause) {
        if (open) {
            pipeline().fireExceptionCaught(cause);
            unsafe().close(unsafe().voidPromise());
        }
    }

    private void grant(int bytes) {
        credit += bytes;
        ChannelOutboundBuffer waiting = unsafe().outboundBuffer();
        if (waiting != null) {
            write(waiting);
            waiting.setUserDefinedWritability(CREDIT_FLAG, credit > 0);
        }
    }

    // ------------------------------------------------------------------ reading

    @Override
    protected void doBeginRead() {
        reading = true;
        if (!inbound.isEmpty()) {
            if (delivering) {
                return;
            }
            // never inside of whoever asked for it
            loop().execute(this::deliver);
        }
    }

    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        try {
            while (open && reading && !inbound.isEmpty()) {
                reading = false;
                burst();
            }
        } finally {
            delivering = false;
        }
    }

    private void burst() {
        int consumed = 0;
        for (int i = 0; i < BURST && open && inbound.peek() instanceof ByteBuf; i++) {
            ByteBuf data = (ByteBuf) inbound.remove();
            consumed += data.readableBytes();
            pipeline().fireChannelRead(data);
        }
        MemoryStream other = peer;
        if (consumed > 0 && other != null) {
            int granted = consumed;
            other.loop().execute(() -> other.grant(granted));
        }
        pipeline().fireChannelReadComplete();
        endIfNext();
    }

    /** What ends the stream is told as soon as nothing stands before it, whether somebody reads or not. */
    private void endIfNext() {
        Object end = inbound.peek();
        if (end == FIN) {
            inbound.remove();
            finReceived = true;
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else if (end instanceof StreamResetException cause) {
            inbound.remove();
            failNow(cause);
        }
    }

    // ------------------------------------------------------------------ writing

    @Override
    protected void doWrite(ChannelOutboundBuffer waiting) {
        write(waiting);
    }

    private void write(@Nullable ChannelOutboundBuffer waiting) {
        MemoryStream other = peer;
        if (waiting == null || !open) {
            return;
        }
        if (other == null) {
            if (!waiting.isEmpty()) {
                sentPayload = true;
            }
            return;
        }
        while (waiting.current() instanceof ByteBuf data && (credit > 0 || !data.isReadable())) {
            int length = Math.min(credit, data.readableBytes());
            if (length > 0) {
                ByteBuf sent = copy(data, length);
                sentPayload = true;
                credit -= length;
                other.loop().execute(() -> other.receive(sent));
            }
            waiting.removeBytes(length);
            if (length == 0) {
                waiting.remove();
            }
        }
        waiting.setUserDefinedWritability(CREDIT_FLAG, credit > 0);
        if (!waiting.isEmpty()) {
            return;
        }
        if (resetWanted) {
            resetNow();
        } else if (finWanted != null && !finSent) {
            finSent = true;
            other.loop().execute(() -> other.receive(FIN));
            finWanted.trySuccess();
        }
    }

    private static ByteBuf copy(ByteBuf data, int length) {
        if (data.readerIndex() >= HEADROOM && data.refCnt() == 1) {
            for (int i = 1; i <= HEADROOM; i++) {
                data.setByte(data.readerIndex() - i, 0xEE);
            }
        }
        return data.copy(data.readerIndex(), length);
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        if (!loop().inEventLoop()) {
            loop().execute(() -> shutdownOutput(promise));
            return promise;
        }
        if (finWanted != null || !open) {
            return promise.setFailure(new IllegalStateException("the output is shut down already"));
        }
        finWanted = promise;
        unsafe().flush();
        write(unsafe().outboundBuffer());
        return promise;
    }

    // ------------------------------------------------------------------ the rest of a channel

    @Override
    public boolean isInputShutdown() {
        return finReceived;
    }

    @Override
    public boolean isOutputShutdown() {
        return finWanted != null;
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("a stream is read to its end or reset"));
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException("a stream is read to its end or reset"));
    }

    @Override
    protected void doClose() {
        open = false;
        tunnel.gone(this);
        Object item = inbound.poll();
        while (item != null) {
            ReferenceCountUtil.release(item);
            item = inbound.poll();
        }
        boolean clean = finSent && finReceived;
        MemoryStream other = peer;
        if (!clean && !resetKnown && other != null) {
            resetKnown = true;
            other.peerReset(StreamResetException.Kind.RESET);
        }
        opened.tryFailure(new StreamResetException(StreamResetException.Kind.LOCAL, "closed here"));
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open && isRegistered();
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected boolean isCompatible(EventLoop candidate) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("a stream is not bound");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("a stream is opened by its tunnel"));
            }
        };
    }
}
