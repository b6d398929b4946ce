// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.StageEvent;
import org.sallyport.spi.StreamContext;
import org.sallyport.spi.stage.ReadGate;

/**
 * An application's connection.
 *
 * <h2>Life</h2>
 * The first request opens the stream. When the stream ends between two requests, or what may be dialled has changed since it was
 * opened, the next one opens another. After the last
 * answer the stream is let go, the application's output is shut down, and what it still sends is read and dropped for a while
 * (RFC 9112, 9.6); so it is after an answer that the gateway gives in the resource's place. After 101 bytes pass as they are.
 *
 * <h2>Errors</h2>
 * A request that is not taken is answered when it is its turn. An answer of the resource that is no HTTP, or does not come, is
 * 502 unless some of it was passed on: then the connection is reset, so that nobody takes a part for the whole.
 *
 * <p>On the channel's event loop.
 */
final class HttpConnection {
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
    private final OpenStream stream;
    private @Nullable ChannelHandlerContext channel;
    private @Nullable Onward onward;
    private Phase phase = Phase.HTTP;
    private boolean draining;
    private boolean inputEnded;

    HttpConnection(StreamContext context, boolean tls, HttpLimits limits, LongSupplier maxBody) {
        this.context = context;
        owed = new Owed(limits.pipelined());
        stream = new OpenStream(context, this::refused);
        requests = new RequestSide(this, owed, limits, maxBody, new RequestWriter(context, tls));
        answers = new AnswerSide(this, requests, owed, limits);
        patience = new Patience(this, limits);
    }

    private ChannelHandlerContext channel() {
        ChannelHandlerContext known = channel;
        if (known == null) {
            throw new IllegalStateException("the connection is used before it begins");
        }
        return known;
    }

    private Onward onward() {
        Onward known = onward;
        if (known == null) {
            throw new IllegalStateException("the connection is used before it begins");
        }
        return known;
    }

    // ------------------------------------------------------------------ from the channel

    void begin(ChannelHandlerContext here) {
        channel = here;
        onward = new Onward(here);
        patience.begin(here.channel().eventLoop());
        context.draining().addListener(asked -> drain());
    }

    void gone() {
        phase = Phase.OVER;
        patience.end();
        requests.release();
    }

    void read(ByteBuf data) {
        requests.take(data);
        patience.read(requests.isInHead());
    }

    void readComplete() {
        onward().readComplete();
    }

    /** {@return whether a read has to wait; it is made up for} */
    boolean holdsRead() {
        if (phase == Phase.HTTP && requests.isHolding()) {
            gate.want();
            return true;
        }
        return false;
    }

    void write(ByteBuf data, ChannelPromise promise) {
        answers.take(channel(), data, promise);
    }

    void inputShutDown() {
        if (phase != Phase.HTTP) {
            onward().end();
        } else if (!requests.holdsEnd()) {
            inputEnded();
        }
    }

    // ------------------------------------------------------------------ the application's side

    /** Opens the stream for the request that was added last, if there is none, or none any more that it may go on. */
    void open() {
        if (owed.size() == 1 && stream.isStale()) {
            stream.letGo();
            answers.reset();
        }
        stream.open();
    }

    /** {@return whether requests have to wait until those before them are answered, to go on another stream} */
    boolean isStreamPast() {
        return answers.resourceCloses() || (!owed.isEmpty() && stream.isStale());
    }

    private void refused(HttpFault fault) {
        if (phase == Phase.HTTP) {
            answer(fault);
        }
    }

    ByteBufAllocator allocator() {
        return channel().alloc();
    }

    /** Passes something on towards the resource. */
    void pass(ByteBuf data) {
        onward().pass(data);
    }

    /** What was passed on outside of the channel's own reads is to leave. */
    void passed() {
        if (phase != Phase.OVER) {
            onward().complete();
        }
    }

    /** The application sends no more, and nothing that it sent is held. */
    void inputEnded() {
        inputEnded = true;
        if (phase == Phase.HTTP && owed.isEmpty()) {
            finish();
        } else {
            onward().end();
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
        stream.letGo();
        answers.reset();
        answered();
    }

    /** The stream has ended by itself. */
    void streamEnded(StageEvent change) {
        if (phase != Phase.HTTP) {
            return;
        }
        if (owed.isEmpty()) {
            renew();
        } else if (change == StageEvent.RESOURCE_ENDED && answers.completesAtEnd()) {
            finish();
        } else if (!answers.hasBegun()) {
            noAnswer();
        } else if (change == StageEvent.RESOURCE_BROKEN) {
            phase = Phase.OVER;
            requests.release();
            channel().fireUserEventTriggered(change);
        } else {
            reset("the resource ended within an answer");
        }
    }

    /** The stream ended before its answer; an idle one may have ended just as the request was sent (RFC 9112, 9.3.1). */
    private void noAnswer() {
        boolean again = answers.isReused() && answers.isSilent() && !inputEnded && requests.canRepeat();
        stream.letGo();
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

    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
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
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a closed socket
    void finish() {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        patience.end();
        requests.release();
        stream.letGo();
        ChannelHandlerContext here = channel();
        here.flush();
        here.fireUserEventTriggered(StageEvent.RESOURCE_ENDED);
        if (inputEnded) {
            onward().end();
        } else {
            gate.drop(here);
            patience.linger(() -> {
                onward().end();
                // whoever doesn't take what is sent to it keeps the socket from closing by itself
                patience.linger(here::close);
            });
        }
    }

    // ------------------------------------------------------------------ what the sides ask

    boolean isHttp() {
        return phase == Phase.HTTP;
    }

    boolean isRaw() {
        return phase == Phase.RAW;
    }

    boolean isOver() {
        return phase == Phase.OVER;
    }

    boolean isDraining() {
        return draining;
    }

    /** {@return whether the next thing that is due is a request} */
    boolean isIdle() {
        return owed.isEmpty();
    }

    boolean isInHead() {
        return requests.isInHead();
    }
}
