// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.sallyport.http.HttpLimits;
import org.sallyport.spi.StreamContext;

/**
 * Asks for the path of each request that goes to a resource, at the end that dials, which does not rely on the other end
 * having read it in the same way.
 *
 * <p>Requests pass as they are, once their heads are complete. One that is denied is answered here, after the answers to those
 * before it, and ends the stream: nothing that follows it reaches the resource. On the channel's event loop.
 */
public final class HttpPathGuard extends ChannelDuplexHandler {
    /** What may come behind a request for a WebSocket before it is answered: an end that keeps to the rules sends nothing. */
    private static final int MOST_HELD = 64 * 1024;

    private final StreamContext context;
    private final Owed owed;
    private final HeadReader reader;
    private final RequestHead head;
    private final BodyReader body;
    private final GuardedAnswers answers;
    private final Deque<ByteBuf> held = new ArrayDeque<>(0);
    private @Nullable HttpFault denied;
    private int heldBytes;
    private boolean inBody;
    private boolean upgrading;
    private boolean resuming;
    private boolean over;

    /**
     * @param context of the connection
     * @param limits of heads
     */
    public HttpPathGuard(StreamContext context, HttpLimits limits) {
        this.context = context;
        // the other end may allow itself more than this one
        owed = new Owed(limits.pipelined() * 4);
        reader = new HeadReader(limits, true);
        head = new RequestHead(reader);
        body = new BodyReader(limits);
        answers = new GuardedAnswers(owed, limits);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        release();
    }

    private void release() {
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
    }

    // ------------------------------------------------------------------ requests

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
        if (answers.isRaw() || !(message instanceof ByteBuf data) || !data.isReadable()) {
            to.write(message, promise);
        } else {
            take(to, data);
            if (!promise.isVoid()) {
                to.write(Unpooled.EMPTY_BUFFER, promise);
            }
        }
    }

    private void take(ChannelHandlerContext to, ByteBuf in) {
        int begin = in.readerIndex();
        int from = begin; // of what passes as it is
        int headFrom = begin;
        try {
            while (in.isReadable() && denied == null && !over) {
                if (inBody) {
                    body.read(in);
                    inBody = !body.isDone();
                } else if (upgrading) {
                    headFrom = in.readerIndex();
                    pass(to, in, from, headFrom);
                    hold(in.readerIndex(headFrom));
                    return;
                } else {
                    headFrom = in.readerIndex();
                    boolean whole = !reader.isPartial();
                    if (!reader.read(in)) {
                        pass(to, in, from, headFrom);
                        from = in.writerIndex();
                    } else {
                        check();
                        if (!whole) {
                            pass(to, copy(to));
                            from = in.readerIndex();
                        }
                        admitted();
                    }
                }
            }
        } catch (HttpFault fault) {
            if (inBody) {
                in.release();
                reset("the other end broke a request off");
            } else {
                pass(to, in, from, headFrom);
                in.release();
                deny(to, fault);
            }
            return;
        }
        if (from == begin && !over && denied == null) {
            pass(to, in.readerIndex(begin));
        } else {
            pass(to, in, from, in.readerIndex());
            in.release();
        }
    }

    private void check() throws HttpFault {
        head.interpret();
        // the rules may have changed since the connection began
        if (context.pathRules()) {
            RequestPath path = RequestPath.of(head);
            if (!context.pathAllowed(path.resolved())) {
                throw new HttpFault(403, "The path is not allowed.");
            }
            if (path.dotted()) {
                throw RequestPath.refused();
            }
        }
        if (owed.isFull()) {
            throw new HttpFault(503, "Too many requests wait for their answers.");
        }
    }

    private void admitted() {
        owed.add((byte) ((head.isHead() ? Owed.HEAD : 0) | (head.websocket() ? Owed.UPGRADE : 0)));
        upgrading = head.websocket();
        if (head.chunked()) {
            body.chunked();
        } else if (head.hasBody()) {
            body.length(head.contentLength());
        } else {
            body.none();
        }
        inBody = !body.isDone();
    }

    private ByteBuf copy(ChannelHandlerContext to) {
        int length = reader.end() - reader.startFrom();
        return to.alloc().directBuffer(length).writeBytes(reader.octets(), reader.startFrom(), length);
    }

    private void hold(ByteBuf in) {
        heldBytes += in.readableBytes();
        if (resuming) {
            held.addFirst(in);
        } else {
            held.addLast(in);
        }
        if (heldBytes > MOST_HELD) {
            reset("the other end did not wait for the answer to an upgrade");
        }
    }

    private static void pass(ChannelHandlerContext to, ByteBuf in, int from, int end) {
        if (end > from) {
            pass(to, in.retainedSlice(from, end - from));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
    private static void pass(ChannelHandlerContext to, ByteBuf data) {
        to.write(data, to.voidPromise());
    }

    private void deny(ChannelHandlerContext here, HttpFault fault) {
        denied = fault;
        here.flush();
        answerWhenDue(here);
    }

    private void reset(String why) {
        over = true;
        release();
        context.reset(why);
    }

    // ------------------------------------------------------------------ answers

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (answers.isRaw() || !(message instanceof ByteBuf data)) {
            from.fireChannelRead(message);
            return;
        }
        if (denied != null && owed.isEmpty()) {
            data.release();
            return;
        }
        try {
            answers.follow(data);
        } catch (HttpFault fault) {
            data.release();
            reset("the resource gave no proper answer");
            return;
        }
        from.fireChannelRead(data);
        answerWhenDue(from);
        if (answers.upgradeDeclined()) {
            upgrading = false;
            resume(from);
        } else if (answers.isRaw()) {
            resume(from);
        }
    }

    private void resume(ChannelHandlerContext here) {
        resuming = true;
        // what was held may ask for an upgrade, too
        while (!held.isEmpty() && (answers.isRaw() || !upgrading)) {
            ByteBuf next = held.removeFirst();
            heldBytes -= next.readableBytes();
            if (answers.isRaw()) {
                pass(here, next);
            } else {
                take(here, next);
            }
        }
        resuming = false;
        here.flush();
    }

    private void answerWhenDue(ChannelHandlerContext here) {
        HttpFault fault = denied;
        if (fault == null || over || !owed.isEmpty()) {
            return;
        }
        over = true;
        release();
        here.fireChannelRead(ErrorAnswer.write(
                fault, RequestHead.looksLikeHead(reader), RequestHead.prefersJson(reader), here.alloc()));
        here.fireChannelReadComplete();
        here.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (over && event == ChannelInputShutdownEvent.INSTANCE) {
            return; // the stream was ended with the answer
        }
        from.fireUserEventTriggered(event);
    }
}
