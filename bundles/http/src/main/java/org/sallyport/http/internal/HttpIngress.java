// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StageEvent;
import org.sallyport.spi.StreamContext;
import org.sallyport.spi.stage.ReadGate;

/**
 * HTTP at the application's side of a connection.
 *
 * <h2>Life</h2>
 * The first request opens the stream. When the stream ends between two requests, the next one opens another. After the last
 * answer the stream is let go, the application's output is shut down, and what it still sends is read and dropped for a while
 * (RFC 9112, 9.6); so it is after an answer that the gateway gives in the resource's place. After 101 bytes pass as they are.
 *
 * <h2>Errors</h2>
 * A request that is not taken is answered when it is its turn. An answer of the resource that is no HTTP, or does not come, is
 * 502 unless some of it was passed on: then the connection is reset, so that nobody takes a part for the whole.
 *
 * <h2>Threads and buffers</h2>
 * On the channel's event loop. What is read is passed on or released.
 */
public final class HttpIngress extends ChannelDuplexHandler {
    private enum Phase {
        HTTP,
        RAW,
        OVER
    }

    private final StreamContext context;
    private final Owed owed;
    private final RequestSide requests;
    private final AnswerSide answers;
    private final Patience patience;
    private final ReadGate gate = new ReadGate();
    private @Nullable ChannelHandlerContext channel;
    private @Nullable Future<OpenReply> opening;
    private Phase phase = Phase.HTTP;
    private boolean draining;
    private boolean inputEnded;
    private boolean endPassed;
    private boolean passedSome;

    /**
     * @param context of the connection
     * @param tls whether the application speaks TLS
     * @param limits of heads and times
     */
    public HttpIngress(StreamContext context, boolean tls, HttpLimits limits) {
        this.context = context;
        owed = new Owed(limits.pipelined());
        requests = new RequestSide(this, owed, limits, new RequestWriter(context, tls));
        answers = new AnswerSide(this, requests, owed, limits);
        patience = new Patience(this, limits);
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
        patience.begin(added.channel().eventLoop());
        context.draining().addListener(asked -> drain());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        phase = Phase.OVER;
        patience.end();
        requests.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (phase == Phase.OVER) {
            ReferenceCountUtil.release(message);
        } else if (phase == Phase.HTTP && message instanceof ByteBuf data) {
            requests.take(data);
            patience.read(requests.isInHead());
        } else {
            from.fireChannelRead(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        passedSome = false;
        if (phase != Phase.OVER) {
            from.fireChannelReadComplete();
        } else if (!from.channel().config().isAutoRead()) {
            from.read();
        }
    }

    @Override
    public void read(ChannelHandlerContext to) {
        if (phase == Phase.HTTP && requests.isHolding()) {
            gate.want();
        } else {
            to.read();
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
        if (phase == Phase.HTTP && message instanceof ByteBuf data && data.isReadable()) {
            answers.take(to, data, promise);
        } else if (phase == Phase.OVER && message instanceof ByteBuf data && data.isReadable()) {
            data.release();
            promise.trySuccess();
        } else {
            to.write(message, promise);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            if (phase != Phase.HTTP) {
                endPassed = true;
                from.fireUserEventTriggered(event);
            } else if (!requests.holdsEnd()) {
                inputEnded();
            }
        } else if (!(event instanceof StageEvent change) || phase == Phase.RAW) {
            from.fireUserEventTriggered(event);
        } else if (phase == Phase.HTTP) {
            streamEnded(from, change);
        }
    }

    // ------------------------------------------------------------------ the application's side

    /** Opens the stream, if there is none. */
    void open() {
        if (opening == null) {
            context.open();
            Future<OpenReply> reply = context.opened();
            opening = reply;
            var unused = reply.addListener(told -> opened(reply));
        }
    }

    private void opened(Future<OpenReply> reply) {
        boolean accepted = reply.isSuccess() && reply.getNow().accepted();
        if (!accepted && reply == opening && phase == Phase.HTTP) {
            // there is no stream to let go of
            opening = null;
            answer(
                    reply.isSuccess()
                            ? ErrorAnswer.of(reply.getNow().code())
                            : new HttpFault(502, "The gateway failed to reach the resource."));
        }
    }

    ByteBufAllocator allocator() {
        return channel().alloc();
    }

    /** Passes something on towards the resource. */
    void pass(ByteBuf data) {
        passedSome = true;
        channel().fireChannelRead(data);
    }

    /** What was passed on outside of the channel's own reads is to leave. */
    void passed() {
        if (passedSome && phase != Phase.OVER) {
            passedSome = false;
            channel().fireChannelReadComplete();
        }
    }

    /** The application sends no more, and nothing that it sent is held. */
    void inputEnded() {
        inputEnded = true;
        if (phase == Phase.HTTP && owed.isEmpty()) {
            finish();
        } else {
            passEnd();
        }
    }

    private void passEnd() {
        if (!endPassed) {
            endPassed = true;
            channel().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    void pauseReading() {
        gate.close(channel().channel().config());
    }

    void resumeReading() {
        gate.open(channel());
    }

    /** A request is not taken: that is answered at once, if it is its turn. */
    void faultNoted() {
        HttpFault fault = requests.faultToAnswer();
        if (phase != Phase.HTTP) {
            return;
        }
        if (requests.brokeOffAnswered() && answers.hasBegun()) {
            reset("the application broke a request off within its answer");
        } else if (fault != null) {
            answer(fault);
        }
    }

    /** A head has not come in time. */
    void headLate() {
        requests.fail(new HttpFault(408, "The request took too long."), false);
    }

    private void drain() {
        draining = true;
        if (phase == Phase.HTTP && owed.isEmpty() && !requests.isInHead()) {
            finish();
        }
    }

    // ------------------------------------------------------------------ the resource's side

    /** An answer is complete, and the connection goes on. */
    void answered() {
        patience.answered();
        HttpFault fault = requests.faultToAnswer();
        if (fault != null) {
            answer(fault);
        } else if (owed.isEmpty() && (inputEnded || (draining && !requests.isInHead() && !requests.isHolding()))) {
            finish();
        } else {
            requests.resume();
        }
    }

    /** What the resource answered can't be passed on. */
    void badAnswer() {
        if (answers.hasBegun()) {
            reset("the resource broke an answer off");
        } else {
            answer(new HttpFault(502, "The resource gave no proper answer."));
        }
    }

    /** Lets go of the stream; the next request opens another. */
    void renew() {
        letGo();
        answers.reset();
        answered();
    }

    private void letGo() {
        if (opening != null) {
            opening = null;
            context.renew();
        }
    }

    private void streamEnded(ChannelHandlerContext from, StageEvent change) {
        if (owed.isEmpty()) {
            renew();
        } else if (change == StageEvent.RESOURCE_ENDED && answers.completesAtEnd()) {
            finish();
        } else if (!answers.hasBegun()) {
            noAnswer();
        } else if (change == StageEvent.RESOURCE_BROKEN) {
            phase = Phase.OVER;
            requests.release();
            from.fireUserEventTriggered(change);
        } else {
            reset("the resource ended within an answer");
        }
    }

    /** The stream ended before its answer; an idle one may have ended just as the request was sent (RFC 9112, 9.3.1). */
    private void noAnswer() {
        boolean again = answers.isReused() && answers.isSilent() && !inputEnded && requests.canRepeat();
        letGo();
        answers.reset();
        if (again) {
            requests.repeat();
        } else {
            answer(new HttpFault(502, "The resource gave no answer."));
        }
    }

    /** The application's connection is a WebSocket from now on. */
    void becomeRaw() {
        phase = Phase.RAW;
        patience.end();
        requests.resume();
    }

    // ------------------------------------------------------------------ the ways to end it

    @SuppressWarnings("FutureReturnValueIgnored") // void
    private void answer(HttpFault fault) {
        HeadReader asked = requests.reader();
        boolean head = owed.isEmpty() ? RequestHead.looksLikeHead(asked) : owed.next(Owed.HEAD);
        boolean json = owed.size() <= 1 && RequestHead.prefersJson(asked);
        channel()
                .write(
                        ErrorAnswer.write(fault, head, json, allocator()),
                        channel().voidPromise());
        finish();
    }

    private void reset(String why) {
        phase = Phase.OVER;
        patience.end();
        requests.release();
        context.reset(why);
    }

    /**
     * Ends the connection in order: the stream is let go, then the application's output ends, and its input at its own end or
     * after a while. The data plane's last handler is told as if both had come about, and closes the socket.
     */
    void finish() {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        patience.end();
        requests.release();
        letGo();
        ChannelHandlerContext here = channel();
        here.flush();
        here.fireUserEventTriggered(StageEvent.RESOURCE_ENDED);
        if (inputEnded) {
            passEnd();
        } else {
            gate.drop(here);
            patience.linger(this::lingered);
        }
    }

    private void lingered() {
        passEnd();
        // whoever doesn't take what is sent to it keeps the socket from closing by itself
        patience.linger(this::close);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a closed socket
    private void close() {
        channel().close();
    }

    // ------------------------------------------------------------------ what the sides ask

    boolean isRaw() {
        return phase == Phase.RAW;
    }

    boolean isOver() {
        return phase == Phase.OVER;
    }

    boolean isDraining() {
        return draining;
    }

    boolean resourceCloses() {
        return answers.resourceCloses();
    }

    /** {@return whether the next thing that is due is a request} */
    boolean isIdle() {
        return owed.isEmpty();
    }

    boolean isInHead() {
        return requests.isInHead();
    }
}
