// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StageEvent;
import org.sallyport.spi.StreamContext;
import org.sallyport.spi.stage.Parting;
import org.sallyport.spi.stage.ReadGate;

/**
 * RESP at the application's side of a connection.
 *
 * <h2>Life</h2>
 * The first command that may pass opens the stream. A command that may not is answered here when all commands before it are, and
 * the connection goes on. What is no RESP is answered likewise, and ends it: nothing behind it is believed. It ends with the
 * resource's end, too, because what a connection means (who logged in, which database) is the resource's knowledge.
 *
 * <h2>Threads and buffers</h2>
 * On the channel's event loop. What is read is passed on or released. While more refusals wait than may, or the application does
 * not read them, nothing more is read from it.
 */
final class RespIngress extends ChannelDuplexHandler {
    private enum Phase {
        /** Commands and replies pass. */
        TALK,
        /** The last refusal waits for its turn; commands are dropped. */
        LAST_REFUSAL,
        /** Nothing passes any more. */
        OVER
    }

    private final StreamContext context;
    private final Turns turns = new Turns();
    private final CommandSide commands;
    private final ReplySide replies;
    private final ReadGate gate = new ReadGate();
    private final Parting parting;
    private @Nullable ChannelHandlerContext channel;
    private Phase phase = Phase.TALK;
    private boolean opened;
    private boolean draining;
    private boolean inputEnded;
    /** Something was passed on or written outside of the channel's own reads and flushes. */
    private boolean unsettled;
    /** The application does not read the refusals that it is sent. */
    private boolean unread;

    RespIngress(StreamContext context, RespSettings settings) {
        this.context = context;
        commands = new CommandSide(this, settings, turns);
        replies = new ReplySide(this, turns);
        parting = new Parting(context, gate);
    }

    private ChannelHandlerContext channel() {
        ChannelHandlerContext known = channel;
        if (known == null) {
            throw new IllegalStateException("the handler is used before it is added");
        }
        return known;
    }

    // ------------------------------------------------------------------ from the channel

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        channel = added;
        context.draining().addListener(asked -> {
            draining = true;
            endIfIdle();
        });
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        phase = Phase.OVER;
        parting.cancel();
        commands.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (phase == Phase.TALK && message instanceof ByteBuf data) {
            commands.take(data);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        unsettled = false;
        from.flush();
        if (phase != Phase.OVER) {
            from.fireChannelReadComplete();
        } else if (!from.channel().config().isAutoRead()) {
            from.read();
        }
    }

    @Override
    public void read(ChannelHandlerContext to) {
        if (commands.isHolding()) {
            gate.want();
        } else {
            to.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        if (from.channel().isWritable()) {
            unread = false;
            commands.resume();
        }
        from.fireChannelWritabilityChanged();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf data) || !data.isReadable()) {
            to.write(message, promise);
        } else if (phase == Phase.OVER) {
            data.release();
            promise.trySuccess();
        } else {
            replies.take(to, data, promise);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            if (parting.hasBegun()) {
                parting.inputEnded();
            } else if (phase == Phase.OVER) {
                from.fireUserEventTriggered(event);
            } else if (!commands.holdsEnd()) {
                inputEnded();
            }
        } else if (event == StageEvent.RESOURCE_ENDED) {
            part();
        } else {
            if (event == StageEvent.RESOURCE_BROKEN) {
                phase = Phase.OVER;
                commands.release();
            }
            from.fireUserEventTriggered(event);
        }
    }

    // ------------------------------------------------------------------ what the sides ask

    /** Opens the stream, if that was not done. */
    void open() {
        if (!opened) {
            opened = true;
            context.open();
            Future<OpenReply> reply = context.opened();
            var unused = reply.addListener(told -> opened(reply));
        }
    }

    private void opened(Future<OpenReply> reply) {
        boolean accepted = reply.isSuccess() && reply.getNow().accepted();
        if (!accepted && phase != Phase.OVER) {
            // what exactly is wrong behind the gateway is for its operators
            write("the gateway did not reach the resource");
            part();
        }
    }

    ByteBufAllocator allocator() {
        return channel().alloc();
    }

    /** Passes something on towards the resource. */
    void pass(ByteBuf data) {
        unsettled = true;
        channel().fireChannelRead(data);
    }

    /** What was passed on, or written, outside of the channel's own reads is to leave. */
    void passed() {
        if (unsettled) {
            channelReadComplete(channel());
        }
    }

    void pauseReading() {
        gate.close(channel().channel().config());
    }

    void resumeReading() {
        gate.open(channel());
    }

    /** Answers a command in its turn. */
    void refuse(String text) {
        turns.refused(text, false);
        writeDue();
    }

    /** Answers what is no command in its turn, and ends the connection then. */
    void refuseForGood(String text) {
        if (phase == Phase.TALK) {
            phase = Phase.LAST_REFUSAL;
            turns.refused(text, true);
            writeDue();
        }
    }

    /** Writes the refusals whose turn it is. */
    void writeDue() {
        Turns.Refusal refusal = turns.due();
        while (refusal != null) {
            write(refusal.text());
            if (refusal.last()) {
                part();
            }
            refusal = turns.due();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
    private void write(String text) {
        ChannelHandlerContext to = channel();
        to.write(ByteBufUtil.writeUtf8(to.alloc(), "-ERR " + text + "\r\n"), to.voidPromise());
        unsettled = true;
        unread = !to.channel().isWritable();
    }

    /** {@return whether what comes has to wait until refusals were written, or read} */
    boolean mayNotRefuse() {
        return unread || turns.isFull();
    }

    /** The resource has answered. */
    void answered() {
        commands.resume();
        endIfIdle();
    }

    /** The application sends no more, and nothing that it sent is held. */
    void inputEnded() {
        inputEnded = true;
        if (opened) {
            channel().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            part();
        }
    }

    /** {@return whether what the application sends is still listened to} */
    boolean isListening() {
        return phase == Phase.TALK;
    }

    /** {@return whether nothing passes any more} */
    boolean isOver() {
        return phase == Phase.OVER;
    }

    // ------------------------------------------------------------------ the ways to end it

    /** The application is asked to come again, between two commands: it may find another version, or another way. */
    private void endIfIdle() {
        if (draining && phase == Phase.TALK && !turns.isOwed() && commands.isIdle() && replies.isIdle()) {
            part();
        }
    }

    private void part() {
        if (phase != Phase.OVER) {
            phase = Phase.OVER;
            commands.release();
            parting.begin(channel(), inputEnded);
        }
    }

    void reset(String why) {
        phase = Phase.OVER;
        commands.release();
        context.reset(why);
    }
}
