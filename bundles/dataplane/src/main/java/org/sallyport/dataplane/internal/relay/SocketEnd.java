// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.io.HalfClosedSockets;
import org.sallyport.spi.StageEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a relay at a TCP socket, the application's or the resource's; the last handler of its pipeline.
 *
 * <h2>Reading</h2>
 * Bytes go to the stream as they come, and the stream is flushed once for each burst, which ends when the stream is not
 * writable. If it still is not when its tunnel has had its turn, the socket is not read until it is: to stop and go on are
 * system calls, and mostly one turn is enough. While the destination's bandwidth is used up, the socket is not read either,
 * and only little at once. Before the stream is there, an {@link EarlyReader} takes the bytes.
 *
 * <h2>Ends and resets</h2>
 * The application's FIN becomes the stream's, after all bytes, and the other way round; when both directions have ended the
 * socket is closed. A reset of the socket is carried on in order: a failed write alone does not end the connection, because
 * what the peer sent before its reset may still wait to be read; the error that follows those bytes does. A reset of the
 * stream resets the socket once it has taken what it was given before, {@value #PATIENCE_SECONDS} s at most.
 *
 * <h2>Threads</h2>
 * State belongs to the socket's loop. Methods that the stream's end calls may be called on its loop, which is mostly the same.
 */
public final class SocketEnd extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SocketEnd.class);
    private static final long PATIENCE_SECONDS = 5;
    private static final int UNFLUSHED = 64 * 1024;
    private static final WriteBufferWaterMark QUEUED = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    private final DuplexChannel channel;
    private final RelayedConnection connection;
    private final SocketReads reads;
    private final Pace pace;
    private final Runnable pauseIfFull = this::pauseIfFull;
    private @Nullable EarlyReader early;
    /** Whether a read for it was asked for during a rest. */
    private boolean earlyWanted;

    private volatile @Nullable StreamEnd stream;
    private @Nullable Future<?> alarm;
    private long burst;
    private int unflushed;
    /** Whether a stage stands before it, which hears of the stream's end and may take another stream. */
    private boolean staged;

    private String brokenStream = "";
    private volatile boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    /** What it is given is dropped; it is still read. */
    private volatile boolean outputFailed;

    private volatile boolean closing;

    /**
     * @param channel the socket, not registered yet; its options are set here, TCP_NODELAY is Netty's default
     * @param connection which it belongs to
     */
    public SocketEnd(DuplexChannel channel, RelayedConnection connection) {
        this.channel = channel;
        this.connection = connection;
        reads = new SocketReads(connection.socketRate());
        pace = new Pace(connection.socketRate(), connection.loop(), this::rested);
        var config = channel.config();
        config.setAutoRead(false);
        // a failed write must not close the socket before it was read to its end
        config.setAutoClose(false);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setRecvByteBufAllocator(reads);
        config.setWriteBufferWaterMark(QUEUED);
        HalfClosedSockets.guard(channel);
    }

    public DuplexChannel channel() {
        return channel;
    }

    /** {@return whether the peer sends no more} */
    public boolean inputEnded() {
        return inputEnded;
    }

    /** A stage stands in its pipeline, which is asked before the end of a stream becomes that of the socket. Before {@link #join}. */
    public void staged() {
        staged = true;
    }

    /** Lets go of the stream: nothing of it comes any more, and bytes go to the early reader again. On the loop. */
    public void leave() {
        stream = null;
        // the end of the burst that this was told in comes to nobody any more
        flush();
        reads.rest();
        channel.config().setAutoRead(false);
    }

    /** Hands what comes to somebody who keeps it, until {@link #join}. On the loop. */
    public void early(EarlyReader reader) {
        early = reader;
    }

    /**
     * Reads what has to come before the application's own bytes, whatever bandwidth is left. On the loop.
     *
     * @param most bytes
     */
    @SuppressWarnings("FutureReturnValueIgnored") // reading is no promise
    public void readAhead(int most) {
        reads.bound(most);
        channel.read();
    }

    /**
     * Reads one burst into the hands of the early reader. On the loop.
     *
     * @param most bytes
     */
    @SuppressWarnings("FutureReturnValueIgnored") // reading is no promise
    public void readEarly(int most) {
        reads.bound(most);
        if (pace.begin()) {
            earlyWanted = true;
        } else {
            channel.read();
        }
    }

    /**
     * Relays from now on. What came before was written to the stream already, the end of input too. On the loop.
     *
     * @param taker the stream's end, not yet started
     */
    public void join(StreamEnd taker) {
        early = null;
        earlyWanted = false;
        reads.feed(taker);
        stream = taker;
        taker.start(this);
        // a stream that had ended by then may have been left again
        if (stream == taker && !closing && !inputEnded && taker.writable() && !pace.isResting()) {
            channel.config().setAutoRead(true);
        }
    }

    // ------------------------------------------------------------------ from the socket

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (closing || !(message instanceof ByteBuf data)) {
            ReferenceCountUtil.release(message);
            return;
        }
        burst += data.readableBytes();
        StreamEnd taker = stream;
        if (taker != null) {
            taker.deliver(data);
        } else if (early != null) {
            early.read(data);
        } else {
            data.release();
        }
    }

    private void pauseIfFull() {
        StreamEnd taker = stream;
        if (taker == null || taker.writable() || closing) {
            return;
        }
        channel.config().setAutoRead(false);
        if (taker.writable() && !pace.isResting()) {
            // it became writable on its own loop in between, and told us before we had paused
            channel.config().setAutoRead(true);
        }
    }

    /** The destination's bandwidth has room again. */
    @SuppressWarnings("FutureReturnValueIgnored") // reading is no promise
    private void rested() {
        StreamEnd taker = stream;
        if (closing) {
            return;
        }
        if (taker != null && taker.writable()) {
            resume(taker);
        } else if (taker == null && earlyWanted) {
            earlyWanted = false;
            channel.read();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        StreamEnd taker = stream;
        if (taker != null) {
            taker.flush();
            if (!taker.writable()) {
                // behind what the tunnel does at the end of this turn
                channel.eventLoop().execute(pauseIfFull);
            }
        }
        if (burst > 0) {
            connection.carriedFromSocket(burst);
            if (pace.carried(burst)) {
                channel.config().setAutoRead(false);
            }
            burst = 0;
        }
        if (taker == null && early != null && !closing) {
            early.readComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        StreamEnd giver = stream;
        if (giver != null && channel.isWritable()) {
            giver.resume();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE || event == SslCloseCompletionEvent.SUCCESS) {
            // the end that TLS tells is followed by that of the socket, mostly
            if (!inputEnded) {
                inputEnded = true;
                carryInputEnd();
            }
        } else if (event == ChannelOutputShutdownEvent.INSTANCE && !outputEnding) {
            outputFailed();
        } else if (event == StageEvent.RESOURCE_ENDED) {
            endOutputNow();
        } else if (event == StageEvent.RESOURCE_BROKEN) {
            breakNow(brokenStream);
        }
    }

    private void carryInputEnd() {
        if (closing) {
            return;
        }
        if (outputFailed) {
            broken("reset");
            return;
        }
        StreamEnd taker = stream;
        if (taker != null) {
            taker.endOutput();
        } else if (early != null) {
            early.inputEnded();
        }
        closeWhenEnded();
        lookAfter();
    }

    /** Nobody tells of the reset of a socket that has nothing to read and nothing to write, so it is looked at. */
    private void lookAfter() {
        if (closing) {
            return;
        }
        if (HalfClosedSockets.isDead(channel)) {
            broken("reset");
        } else {
            afterPatience(this::lookAfter);
        }
    }

    /** What was to be done with a socket is cancelled when it is gone, or it would be kept for so long. */
    private void afterPatience(Runnable task) {
        cancelAlarm();
        alarm = channel.eventLoop().schedule(task, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** A write failed: the peer has reset the connection, or closed it while bytes were under way to it. */
    private void outputFailed() {
        if (closing || outputFailed) {
            return;
        }
        outputFailed = true;
        StreamEnd giver = stream;
        if (inputEnded || giver == null) {
            broken("reset");
            return;
        }
        giver.resume();
        afterPatience(() -> broken("reset"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException || cause instanceof ClosedChannelException) {
            // a write that came too late; what made it fail is told by an event of its own
            return;
        }
        if (cause.getCause() instanceof SSLException) {
            broken("TLS failed");
        } else {
            broken(cause instanceof IOException ? "reset" : "failed: " + cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        broken("reset");
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        // The pipeline is being taken apart from its end: handlers of the protocol follow in this turn of the loop.
        context.channel().eventLoop().execute(this::gone);
    }

    private void cancelAlarm() {
        Future<?> waiting = alarm;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    private void gone() {
        cancelAlarm();
        pace.end();
        connection.socketGone(stream);
    }

    /** The socket has ended otherwise than by FIN both ways. */
    private void broken(String why) {
        if (closing) {
            return;
        }
        closing = true;
        connection.because(why);
        StreamEnd other = stream;
        if (other == null) {
            connection.socketBroken(why);
        } else {
            other.peerBroken();
        }
        resetSocket();
    }

    // ------------------------------------------------------------------ from the stream, perhaps on its loop

    /** Takes bytes for the socket, to be sent with the next {@link #flush}. */
    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
    void deliver(StreamEnd from, ByteBuf data) {
        if (staged && !channel.eventLoop().inEventLoop()) {
            // the stage may have left the stream by the time that this comes to it
            channel.eventLoop().execute(() -> deliver(from, data));
        } else if (closing || outputFailed || (staged && stream != from)) {
            data.release();
        } else {
            unflushed += data.readableBytes();
            channel.write(data, channel.voidPromise());
            if (unflushed >= UNFLUSHED) {
                // TLS counts for nothing in the socket's queue until it is flushed
                flush();
            }
        }
    }

    /** {@return whether more bytes are welcome; when they are again, the stream's end is told} */
    boolean writable() {
        return closing || outputFailed || channel.isWritable();
    }

    /** {@return bytes that were delivered and that the system has not taken yet} */
    int pending() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting == null ? 0 : (int) Math.min(waiting.totalPendingWriteBytes(), Integer.MAX_VALUE);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // void
    void flush() {
        unflushed = 0;
        channel.flush();
    }

    /** The stream takes bytes again. */
    void resume(StreamEnd taker) {
        if (stream == taker
                && !closing
                && !inputEnded
                && !pace.isResting()
                && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    /** The stream has ended: so does the socket's output, after what was delivered before. */
    void endOutput(StreamEnd from) {
        if (channel.eventLoop().inEventLoop()) {
            endOutputHere(from);
        } else {
            channel.eventLoop().execute(() -> endOutputHere(from));
        }
    }

    private void endOutputHere(StreamEnd from) {
        if (!staged) {
            endOutputNow();
        } else if (stream == from && !closing) {
            channel.pipeline().fireUserEventTriggered(StageEvent.RESOURCE_ENDED);
        }
    }

    private void endOutputNow() {
        if (closing || outputEnding) {
            return;
        }
        outputEnding = true;
        // Netty's sockets drop what is queued when their output is shut down, so that has to be written first
        ChannelFuture written = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        written.addListener(this::outputWritten);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // when it fails, the socket is broken and its input tells
    private void outputWritten(Future<? super Void> written) {
        if (!closing && !inputEnded && written.isSuccess()) {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls == null) {
                channel.shutdownOutput();
            } else {
                // RFC 8446 6.1: the end is said in TLS first, or the peer takes what it got for cut off
                tls.closeOutbound().addListener(said -> channel.shutdownOutput());
            }
        }
        outputEnded = true;
        closeWhenEnded();
    }

    /** The stream was reset, or its tunnel was lost. */
    void peerBroken(StreamEnd from, String why) {
        if (channel.eventLoop().inEventLoop()) {
            peerBrokenHere(from, why);
        } else {
            channel.eventLoop().execute(() -> peerBrokenHere(from, why));
        }
    }

    /** The stream was reset to make room: what waits here goes, too. */
    void peerDropped(StreamEnd from, String why) {
        if (channel.eventLoop().inEventLoop()) {
            peerDroppedHere(from, why);
        } else {
            channel.eventLoop().execute(() -> peerDroppedHere(from, why));
        }
    }

    private void peerDroppedHere(StreamEnd from, String why) {
        if (!closing && stream == from) {
            connection.because(why);
            resetSocket();
        }
    }

    private void peerBrokenHere(StreamEnd from, String why) {
        if (closing || stream != from) {
            return;
        }
        if (staged) {
            brokenStream = why;
            channel.pipeline().fireUserEventTriggered(StageEvent.RESOURCE_BROKEN);
        } else {
            breakNow(why);
        }
    }

    private void breakNow(String why) {
        if (closing) {
            return;
        }
        closing = true;
        connection.because(why);
        resetAfterWriting();
    }

    // ------------------------------------------------------------------ the ways to close it

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a closed socket
    private void closeWhenEnded() {
        if (inputEnded && outputEnded && !closing) {
            closing = true;
            channel.close();
        }
    }

    /** Resets the socket once it has taken what was delivered to it, or when it doesn't for too long. On the loop. */
    public void resetAfterWriting() {
        closing = true;
        channel.config().setAutoRead(false);
        ChannelFuture written = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        if (written.isDone()) {
            resetSocket();
            return;
        }
        afterPatience(this::resetSocket);
        written.addListener(done -> resetSocket());
    }

    /** Resets the socket at once. On the loop; a second call does nothing. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a closed socket
    public void resetSocket() {
        closing = true;
        linger0(channel);
        if (channel.isRegistered()) {
            // past TLS and its last words, which would wait for a peer that does not read
            channel.unsafe().close(channel.voidPromise());
        } else {
            channel.close();
        }
    }

    /** Makes the close of a socket a reset. */
    public static void linger0(Channel socket) {
        if (socket.isOpen()) {
            try {
                socket.config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (ChannelException e) {
                // the peer was faster: there is no connection any more that could linger
                LOG.debug("{}: could not be told not to linger", socket, e);
            }
        }
    }
}
