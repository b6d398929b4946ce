// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;

/**
 * The end of a relay at a stream of a tunnel; the only handler of its pipeline. It keeps the stream from being read until it
 * is {@linkplain #start started}, and is told until then only when the stream ends.
 *
 * <p>State belongs to the stream's loop. Methods that the socket's end calls may be called on its loop, which is mostly the
 * same.
 */
public final class StreamEnd extends ChannelInboundHandlerAdapter {
    private static final long PATIENCE_SECONDS = 5;

    private final RelayedConnection connection;
    private final EventLoop loop;
    private volatile @Nullable StreamChannel channel;
    private final Pace pace;
    private volatile @Nullable SocketEnd socket;
    private volatile boolean over;
    private volatile boolean broken;
    private volatile boolean inputEnded;
    /** At the ingress: the other end counts streams that are opened and reset for nothing. */
    private final @Nullable ResetPace resets;

    private boolean outputBegun;
    private volatile boolean heard;
    private boolean resetUnheard;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean gone;
    private boolean awaited;
    private long burst;

    /**
     * @param connection which it belongs to
     * @param loop of the stream
     */
    public StreamEnd(RelayedConnection connection, EventLoop loop) {
        this(connection, loop, null);
    }

    /**
     * @param connection which it belongs to
     * @param loop of the stream
     * @param resets of streams of the tunnel on which nothing was sent; null at the end that accepted the stream
     */
    public StreamEnd(RelayedConnection connection, EventLoop loop, @Nullable ResetPace resets) {
        this.connection = connection;
        this.loop = loop;
        this.resets = resets;
        pace = new Pace(connection.streamRate(), loop, this::rested);
    }

    /**
     * Tells which stream it is the end of; before anything is done with it.
     *
     * @param stream in whose pipeline it is, or will be
     */
    public void of(StreamChannel stream) {
        channel = stream;
    }

    /** {@return the stream} */
    public StreamChannel channel() {
        StreamChannel known = channel;
        if (known == null) {
            throw new IllegalStateException("the end of a stream is used before it knows the stream");
        }
        return known;
    }

    /** The socket is there: reads from now on. On the socket's loop. */
    void start(SocketEnd other) {
        socket = other;
        if (broken) {
            other.peerBroken(this, "reset");
            return;
        }
        if (inputEnded) {
            other.endOutput(this); // with nothing before it, the end came although the stream was not read
        }
        if (over) {
            return; // both have ended, on another loop than the socket's even before this
        }
        if (!pace.isLimited()) {
            readIfWritable(other);
        } else if (loop.inEventLoop()) {
            readInTurn(other);
        } else {
            loop.execute(() -> readInTurn(other));
        }
    }

    private void readInTurn(SocketEnd taker) {
        if (!pace.begin()) {
            readIfWritable(taker);
        }
    }

    private void readIfWritable(SocketEnd taker) {
        if (taker.writable()) {
            channel().config().setAutoRead(true);
        }
    }

    /** The destination's bandwidth has room again. */
    private void rested() {
        SocketEnd taker = socket;
        if (taker != null && taker.writable()) {
            resume();
        }
    }

    // ------------------------------------------------------------------ from the stream

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        StreamChannel stream = (StreamChannel) context.channel();
        stream.config().setAutoRead(false);
        // that is told once, and perhaps was to whoever held the stream before
        inputEnded = stream.isInputShutdown();
        of(stream);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        SocketEnd taker = socket;
        if (over || taker == null || !(message instanceof ByteBuf data)) {
            ReferenceCountUtil.release(message);
            return;
        }
        int bytes = data.readableBytes();
        burst += bytes;
        taker.deliver(this, data);
        if (taker != socket) {
            taker.flush(); // what was delivered made the stage let go of this stream
            return;
        }
        if (pace.carried(bytes)) {
            context.channel().config().setAutoRead(false);
        }
        if (!taker.writable()) {
            // mostly the kernel has room, and nothing has to stop
            taker.flush();
        }
        if (!taker.writable()) {
            context.channel().config().setAutoRead(false);
            channel().withhold(taker.pending());
            if (taker.writable()) {
                // it became writable on its own loop in between, and told us before we had paused
                resume();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        SocketEnd taker = socket;
        if (taker != null) {
            taker.flush();
        }
        if (burst > 0) {
            connection.carriedFromStream(burst);
            burst = 0;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        SocketEnd giver = socket;
        if (giver != null && context.channel().isWritable()) {
            giver.resume(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !over) {
            inputEnded = true;
            SocketEnd taker = socket;
            if (taker != null) {
                taker.endOutput(this);
            }
            closeWhenEnded();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof StreamResetException) {
            broken(cause);
        }
        // anything else is a write that came too late
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (!over) {
            broken(new StreamResetException(StreamResetException.Kind.TUNNEL_LOST, "the stream was closed"));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        gone = true;
        pace.end();
        if (awaited) {
            loop.execute(connection::streamGone);
        }
    }

    private void broken(Throwable cause) {
        if (over) {
            return;
        }
        broken = true;
        over = true;
        SocketEnd other = socket;
        if (other == null) {
            connection.streamBroken(this, cause);
        } else if (cause instanceof StreamResetException reset && reset.kind() == StreamResetException.Kind.MEMORY) {
            other.peerDropped(this, String.valueOf(cause.getMessage()));
        } else {
            other.peerBroken(this, String.valueOf(cause.getMessage()));
        }
    }

    // ------------------------------------------------------------------ from the socket, perhaps on its loop

    /** Takes bytes for the stream, to be sent with the next {@link #flush}. */
    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
    public void deliver(ByteBuf data) {
        if (over) {
            data.release();
        } else {
            StreamChannel stream = channel();
            if (outputBegun || resets == null) {
                stream.write(data, stream.voidPromise());
            } else {
                outputBegun = true;
                stream.write(data).addListener(this::left);
            }
        }
    }

    private void left(Future<? super Void> done) {
        heard = done.isSuccess();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // void
    public void flush() {
        channel().flush();
    }

    /** {@return whether more bytes are welcome; when they are again, the socket's end is told} */
    boolean writable() {
        return channel().isWritable();
    }

    /** {@return how many bytes are welcome; on another loop, where credit can't be asked, a guess} */
    int credit() {
        StreamChannel stream = channel();
        return loop.inEventLoop() ? stream.credit() : (int) Math.min(stream.bytesBeforeUnwritable(), SocketReads.MOST);
    }

    /** {@return the room that a frame header needs before the bytes of a buffer} */
    public int headroom() {
        return channel().headroom();
    }

    /** The socket takes bytes again. */
    void resume() {
        StreamChannel stream = channel();
        if (!over && !stream.config().isAutoRead()) {
            stream.withhold(0);
            if (!pace.isResting()) {
                stream.config().setAutoRead(true);
            }
        }
    }

    /** The socket has ended: so does the stream, after what was delivered before. */
    public void endOutput() {
        if (loop.inEventLoop()) {
            endOutputHere();
        } else {
            loop.execute(this::endOutputHere);
        }
    }

    private void endOutputHere() {
        if (over || outputEnding) {
            return;
        }
        outputEnding = true;
        flush();
        channel().shutdownOutput().addListener(this::outputShutDown);
    }

    private void outputShutDown(Future<? super Void> done) {
        outputEnded = true;
        closeWhenEnded();
    }

    /** The socket was reset: the stream is, in order. */
    public void peerBroken() {
        reset(ResetMode.IN_ORDER);
    }

    /** Ends the stream. */
    public void reset(ResetMode mode) {
        if (loop.inEventLoop()) {
            resetHere(mode);
        } else {
            loop.execute(() -> resetHere(mode));
        }
    }

    /**
     * The application's connection goes on without this stream: it ends in order when nothing is under way on it, and what still
     * comes is dropped; else it is reset.
     */
    public void leave() {
        if (loop.inEventLoop()) {
            leaveHere();
        } else {
            loop.execute(this::leaveHere);
        }
    }

    private void leaveHere() {
        socket = null;
        if (over) {
            return;
        }
        StreamChannel stream = channel();
        ChannelOutboundBuffer waiting = stream.unsafe().outboundBuffer();
        if (waiting == null || waiting.totalPendingWriteBytes() > 0) {
            reset(ResetMode.ABORT);
            return;
        }
        stream.withhold(0);
        stream.config().setAutoRead(true);
        endOutputHere();
        closeWhenEnded();
        if (stream.isOpen()) {
            Future<?> patience = loop.schedule(() -> reset(ResetMode.ABORT), PATIENCE_SECONDS, TimeUnit.SECONDS);
            stream.closeFuture().addListener(closed -> patience.cancel(false));
        }
    }

    /** Lets go of a stream that the other end, or the end of its tunnel, has ended. */
    public void drop() {
        over = true;
        channel().reset(ResetMode.ABORT);
    }

    private void resetHere(ResetMode mode) {
        broken = true;
        over = true;
        flush();
        StreamChannel stream = channel();
        if (resets == null || heard || !stream.isOpen()) {
            stream.reset(mode);
        } else if (!resetUnheard) {
            resetUnheard = true;
            if (mode == ResetMode.IN_ORDER) {
                connection.unheard();
            }
            stream.config().setAutoRead(false);
            resets.reset(stream, mode);
        }
    }

    /** Lets the connection know when all that the socket gave has left the stream, or won't. */
    void tellWhenGone() {
        if (loop.inEventLoop()) {
            tellWhenGoneHere();
        } else {
            loop.execute(this::tellWhenGoneHere);
        }
    }

    private void tellWhenGoneHere() {
        ChannelOutboundBuffer waiting = channel().unsafe().outboundBuffer();
        boolean owes = waiting != null && (outputEnding || waiting.totalPendingWriteBytes() > 0);
        if (owes && !gone) {
            awaited = true;
        } else {
            connection.streamGone();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // FIN went both ways, nobody waits
    private void closeWhenEnded() {
        if (inputEnded && outputEnded && !over) {
            over = true;
            channel().close();
        }
    }
}
