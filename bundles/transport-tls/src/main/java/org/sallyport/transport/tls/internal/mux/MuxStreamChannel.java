// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.ControlViolation;
import org.sallyport.wire.frame.Frame;
import org.sallyport.wire.frame.FrameViolation;
import org.sallyport.wire.frame.StreamErrorCode;

/**
 * A stream as a channel.
 *
 * <h2>Lifecycle</h2>
 *
 * Active from registration, which gives an opened stream its ID. It closes itself when FIN went both ways and all was read;
 * a reset of the peer and the loss of the connection close it after what came before; {@link #close()} earlier is an abort.
 * Frames that a closed channel still owes (OPENED, RST) leave all the same: they are in its {@link StreamOutbound}.
 *
 * <h2>Flow control</h2>
 *
 * Writes wait in the channel's outbound buffer until the scheduler lets them out, as far as the peer gave credit. Without
 * credit the channel is not writable. What arrives goes into the pipeline while somebody reads.
 *
 * <h2>Threads</h2>
 *
 * The connection's event loop. Methods of {@link io.netty.channel.Channel} may be called on any thread, as always.
 */
@SuppressWarnings("FutureReturnValueIgnored") // promises are passed through, or void
public final class MuxStreamChannel extends AbstractChannel implements StreamChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private static final long IN_ORDER_SECONDS = 5;

    /** Index of the user-defined writability that stands for credit. */
    private static final int CREDIT = 1;

    /** Of the mux: counted among the streams that have no answer yet. */
    boolean awaitsAnswer;

    // of the tunnel's memory: bytes held, since when, and the neighbours in the order of that
    int held;
    long movedAt;

    @Nullable
    MuxStreamChannel older;

    @Nullable
    MuxStreamChannel newer;

    private final Mux mux;
    private final MuxStreamConfig config;
    private final StreamInbound inbound;
    private final StreamOutbound outbound;
    private final StreamHead head;
    private final Promise<OpenReply> opened;
    private final boolean opener;
    private int streamId;
    private boolean acknowledged;
    private volatile boolean open = true;
    private volatile boolean active;
    private volatile boolean outputShutdown;
    private boolean hasCredit = true;
    private boolean closeWanted;
    private boolean aborted;
    private boolean wasActive;
    private int early;
    private @Nullable Future<?> resetTimer;

    /**
     * @param streamId 0: given at registration
     * @param head what stands before the payload, each way
     */
    MuxStreamChannel(Mux mux, int streamId, StreamHead head) {
        super(mux.channel());
        this.mux = mux;
        this.head = head;
        config = new MuxStreamConfig(this);
        inbound = new StreamInbound(this, mux);
        outbound = new StreamOutbound(this, mux, streamId == 0 ? Frame.SYN : Frame.ACK);
        opened = new DefaultPromise<>(mux.channel().eventLoop());
        opener = streamId == 0;
        if (!opener) {
            assign(streamId);
            config.setAutoRead(false);
        }
    }

    /** It gets its ID, and the windows that hold by now, which may be others than when it was made. */
    void assign(int id) {
        streamId = id;
        outbound.begin(id);
        inbound.begin();
    }

    /** {@return the ID, unsigned; 0 before registration} */
    public int streamId() {
        return streamId;
    }

    boolean isOpener() {
        return opener;
    }

    boolean isControl() {
        return streamId == TunnelProtocol.CONTROL_STREAM_ID;
    }

    /** {@return whether the peer acknowledged the stream, or does not have to any more} */
    boolean acknowledged() {
        return acknowledged;
    }

    void setAcknowledged() {
        acknowledged = true;
    }

    /** {@return whether it ever became part of the connection} */
    boolean wasActive() {
        return wasActive;
    }

    StreamInbound inbound() {
        return inbound;
    }

    StreamOutbound outbound() {
        return outbound;
    }

    StreamHead head() {
        return head;
    }

    // ------------------------------------------------------------------ StreamChannel

    @Override
    public Future<OpenReply> opened() {
        return opened;
    }

    @Override
    public void reply(OpenReply reply) {
        if (!open || outbound.resetQueued() || outbound.ended() || !opened.trySuccess(reply)) {
            return;
        }
        ByteBuf message = head.answer(reply, alloc());
        mux.acceptances().answered(this);
        if (reply.accepted()) {
            outbound.head(message, false);
        } else {
            outbound.head(message, true);
            inbound.discard();
        }
    }

    @Override
    public void reset(ResetMode mode) {
        EventLoop loop = mux.channel().eventLoop();
        if (loop.inEventLoop()) {
            resetHere(mode);
        } else {
            loop.execute(() -> resetHere(mode));
        }
    }

    private void resetHere(ResetMode mode) {
        if (!open) {
            return;
        }
        if (mode == ResetMode.ABORT || outbound.opening() || outbound.ended()) {
            abort();
        } else if (!outbound.resetQueued()) {
            unsafe().flush();
            inbound.discard();
            outbound.reset(ResetMode.IN_ORDER);
            resetTimer = eventLoop().schedule(() -> resetHere(ResetMode.ABORT), IN_ORDER_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public int headroom() {
        return Frame.HEADER_LENGTH;
    }

    @Override
    public int credit() {
        return outbound.credit();
    }

    @Override
    public void withhold(int bytes) {
        EventLoop loop = mux.channel().eventLoop();
        if (loop.inEventLoop()) {
            withholdHere(bytes);
        } else {
            loop.execute(() -> withholdHere(bytes));
        }
    }

    private void withholdHere(int bytes) {
        if (open) {
            inbound.withhold(bytes);
            mux.memory().publish();
        }
    }

    // ------------------------------------------------------------------ from the mux

    /** Payload bytes of the peer, with their reference. */
    void receive(ByteBuf data) throws FrameViolation.OfStream {
        if (open && head.isAwaited()) {
            int before = data.readableBytes();
            boolean complete;
            try {
                complete = head.read(data);
            } catch (ControlViolation violation) {
                data.release();
                throw FrameViolation.stream(streamId, StreamErrorCode.MESSAGE, String.valueOf(violation.getMessage()));
            }
            inbound.consumed(before - data.readableBytes());
            if (complete) {
                mux.headRead(this);
            }
            if (!data.isReadable() || head.isAwaited()) {
                data.release();
                return;
            }
        }
        if (awaitsAnswer && open) {
            early += data.readableBytes();
            if (early > StreamOutbound.MAX_EARLY) {
                data.release();
                throw FrameViolation.stream(
                        streamId,
                        StreamErrorCode.FLOW_CONTROL,
                        "more than " + StreamOutbound.MAX_EARLY + " bytes of payload before OPENED");
            }
        }
        inbound.receive(data);
    }

    /** OPENED came. */
    void answered(OpenReply reply) {
        if (reply.accepted()) {
            opened.trySuccess(reply);
            outbound.opened();
            creditChanged();
        } else {
            mux.arrivals().refused(this);
            opened.trySuccess(reply);
            unsafe().close(voidPromise());
        }
    }

    /** Ends with an exception that the pipeline is told. */
    void fail(StreamResetException cause) {
        if (open) {
            opened.tryFailure(cause);
            pipeline().fireExceptionCaught(cause);
            abort();
        }
    }

    private void abort() {
        aborted = true;
        unsafe().close(voidPromise());
    }

    /** The peer gave credit, or early payload ended. */
    void creditChanged() {
        boolean has = outbound.credit() > 0;
        ChannelOutboundBuffer data = outboundBuffer();
        if (has != hasCredit && data != null) {
            hasCredit = has;
            data.setUserDefinedWritability(CREDIT, has);
        }
    }

    void closeIfFinished() {
        if (outbound.finSent() && (inbound.isShutdown() || closeWanted)) {
            unsafe().close(voidPromise());
        }
    }

    void closeNow() {
        unsafe().close(voidPromise());
    }

    @Nullable
    ChannelOutboundBuffer outboundBuffer() {
        return unsafe().outboundBuffer();
    }

    void autoReadCleared() {
        EventLoop loop = mux.channel().eventLoop();
        if (loop.inEventLoop()) {
            inbound.stopRead();
        } else {
            loop.execute(() -> {
                if (!config.isAutoRead()) {
                    inbound.stopRead();
                }
            });
        }
    }

    private static StreamResetException local() {
        return new StreamResetException(StreamResetException.Kind.LOCAL, "the stream was reset at this end");
    }

    // ------------------------------------------------------------------ AbstractChannel

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop == mux.channel().eventLoop();
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        active = mux.register(this);
        wasActive = active;
        promise.setSuccess();
        if (!active) {
            opened.tryFailure(new StreamResetException(
                    StreamResetException.Kind.REFUSED, "the tunnel takes no more streams: " + mux.whyUnusable()));
            unsafe().close(unsafe().voidPromise());
        }
    }

    @Override
    protected void doBeginRead() {
        inbound.beginRead();
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (!(message instanceof ByteBuf data)) {
            throw new UnsupportedOperationException(
                    "a " + message.getClass().getName() + " was written to a stream; expected a ByteBuf");
        }
        if (outputShutdown || outbound.resetQueued() || outbound.ended()) {
            throw new ChannelOutputShutdownException("the stream's output has ended");
        }
        outbound.queue(data.readableBytes());
        if (hasCredit && outbound.credit() == 0) {
            creditChanged();
        }
        return message;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer data) {
        outbound.wake();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        EventLoop loop = mux.channel().eventLoop();
        if (loop.inEventLoop()) {
            shutdownOutputHere(promise);
        } else {
            loop.execute(() -> shutdownOutputHere(promise));
        }
        return promise;
    }

    private void shutdownOutputHere(ChannelPromise promise) {
        if (outputShutdown) {
            promise.trySuccess();
        } else if (!open) {
            promise.tryFailure(new ClosedChannelException());
        } else {
            unsafe().flush();
            outputShutdown = true;
            outbound.finish(promise);
        }
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        mux.channel().eventLoop().execute(() -> {
            inbound.discard();
            promise.trySuccess();
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    @Override
    public boolean isInputShutdown() {
        return !open || inbound.isShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return !open || outputShutdown;
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    protected void doClose() {
        if (!open) {
            return;
        }
        open = false;
        active = false;
        Future<?> timer = resetTimer;
        if (timer != null) {
            timer.cancel(false);
        }
        mux.closed(this);
        inbound.close();
        head.close();
        if (!opened.isDone()) {
            opened.tryFailure(local());
        }
        outbound.cancelFin();
        outbound.drop();
        mux.memory().publish();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    protected SocketAddress localAddress0() {
        return mux.channel().localAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return mux.channel().remoteAddress();
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
    protected DefaultChannelPipeline newChannelPipeline() {
        return new StreamPipeline(this);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new StreamUnsafe();
    }

    @Override
    public String toString() {
        return mux.channel() + "/" + Integer.toUnsignedString(streamId);
    }

    private final class StreamUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.tryFailure(new UnsupportedOperationException("a stream is not connected"));
        }

        /** With FIN received and ours still queued, a close waits until ours has left. */
        @Override
        public void close(ChannelPromise promise) {
            if (open && !aborted && inbound.finReceived() && outbound.finWaits()) {
                closeWanted = true;
                if (!promise.isVoid()) {
                    closeFuture().addListener(done -> promise.trySuccess());
                }
                return;
            }
            super.close(promise);
        }
    }
}
