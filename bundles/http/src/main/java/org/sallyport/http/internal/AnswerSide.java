// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.sallyport.http.HttpLimits;
import org.sallyport.http.internal.ResponseWriter.Says;

/**
 * What comes from the resource: answers to the requests that were sent, in their order. What need not be changed passes in the
 * buffer that it came in, heads included.
 */
final class AnswerSide {
    /** What is to be done when a buffer has been dealt with. */
    private enum Then {
        /** More is to come. */
        GO_ON,
        /** The stream is of no use any more, the application's connection is. */
        RENEW,
        /** That was the last answer. */
        FINISH,
        /** What follows an upgrade is not HTTP. */
        BE_RAW
    }

    private final HttpConnection connection;
    private final RequestSide requests;
    private final Owed owed;
    private final HeadReader reader;
    private final ResponseHead head;
    private final BodyReader body;
    private boolean inBody;
    private boolean closing;
    private boolean resourceCloses;
    private boolean interim;
    private boolean continued;
    private int answered;

    AnswerSide(HttpConnection connection, RequestSide requests, Owed owed, HttpLimits limits) {
        this.connection = connection;
        this.requests = requests;
        this.owed = owed;
        reader = new HeadReader(limits, false);
        head = new ResponseHead(reader);
        body = new BodyReader(limits);
    }

    /**
     * Takes what was read from the stream.
     *
     * @param context to write to
     * @param in not empty
     * @param promise completes when all that is passed on of the buffer was written
     */
    void take(ChannelHandlerContext context, ByteBuf in, ChannelPromise promise) {
        int begin = in.readerIndex();
        int from = begin; // of what passes as it is
        int headFrom = begin;
        int before = answered;
        Then then = Then.GO_ON;
        try {
            while (in.isReadable() && then == Then.GO_ON) {
                if (owed.isEmpty()) {
                    // nobody asked: such as the 408 of a server that closes an idle connection
                    from = cut(context, in, from, in.readerIndex());
                    then = Then.RENEW;
                } else if (inBody) {
                    body.read(in);
                    if (body.isDone()) {
                        then = end();
                    }
                } else {
                    headFrom = in.readerIndex();
                    boolean whole = !reader.isPartial();
                    if (!reader.read(in)) {
                        from = cut(context, in, from, headFrom);
                        break;
                    }
                    head.interpret();
                    Says says = says();
                    if (head.isInterim() && owed.next(Owed.OLD)) {
                        from = cut(context, in, from, headFrom);
                    } else if (!whole || !ResponseWriter.isFine(head, says)) {
                        from = cut(context, in, from, headFrom);
                        write(context, ResponseWriter.write(head, says, context.alloc()));
                    }
                    then = begin(says);
                }
            }
        } catch (HttpFault wrong) {
            if (!hasBegun()) {
                cut(context, in, from, headFrom);
            }
            in.release();
            settle(context, promise);
            connection.badAnswer();
            return;
        }
        if (then == Then.BE_RAW) {
            in.readerIndex(in.writerIndex());
        }
        rest(context, in, begin, from, promise);
        act(then, before);
    }

    private void act(Then then, int before) {
        switch (then) {
            case RENEW -> connection.renew();
            case FINISH -> connection.finish();
            case BE_RAW -> connection.becomeRaw();
            case GO_ON -> {
                if (answered != before) {
                    connection.answered();
                }
            }
        }
    }

    /** Passes on what was left to pass as it is, in its own buffer if that is all of it. */
    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    private static void rest(ChannelHandlerContext context, ByteBuf in, int begin, int from, ChannelPromise promise) {
        int end = in.readerIndex();
        if (end == from) {
            in.release();
            settle(context, promise);
        } else if (from == begin && end == in.writerIndex()) {
            context.write(in.readerIndex(from), promise);
        } else {
            context.write(in.retainedSlice(from, end - from), promise);
            in.release();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    private static void settle(ChannelHandlerContext context, ChannelPromise promise) {
        if (!promise.isVoid()) {
            context.write(Unpooled.EMPTY_BUFFER, promise);
        }
    }

    private static int cut(ChannelHandlerContext context, ByteBuf in, int from, int to) {
        if (to > from) {
            write(context, in.retainedSlice(from, to - from));
        }
        return in.readerIndex();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
    private static void write(ChannelHandlerContext context, ByteBuf piece) {
        context.write(piece, context.voidPromise());
    }

    /** Decides what the answer says of the connection. */
    private Says says() throws HttpFault {
        if (head.status() == 101) {
            if (!owed.next(Owed.UPGRADE) || !head.websocket()) {
                throw HttpFault.bad("It switches to what nobody asked for.");
            }
            return Says.UPGRADE;
        }
        if (head.isInterim()) {
            return Says.NOTHING;
        }
        if (head.chunked() && owed.next(Owed.OLD)) {
            throw HttpFault.bad("It is in chunks, which HTTP/1.0 does not know.");
        }
        resourceCloses = !head.persists();
        closing = owed.next(Owed.LAST)
                || connection.isDraining()
                || endsWithStream()
                // those behind it won't be answered
                || (resourceCloses && owed.size() > 1)
                // nobody can tell whether the body that was waited for will come (RFC 9110, 10.1.1)
                || (owed.next(Owed.CONTINUE) && owed.size() == 1 && !continued && !requests.isBodySeen());
        if (closing) {
            return Says.CLOSE;
        }
        return owed.next(Owed.OLD) ? Says.KEEP_ALIVE : Says.NOTHING;
    }

    private boolean isBodyless() {
        return owed.next(Owed.HEAD) || head.isBare() || head.status() == 304;
    }

    private boolean endsWithStream() {
        return !isBodyless() && !head.chunked() && head.contentLength() < 0;
    }

    private Then begin(Says says) {
        if (says == Says.UPGRADE) {
            owed.clear();
            return Then.BE_RAW;
        }
        if (head.isInterim()) {
            interim = true;
            continued |= head.status() == 100;
            return Then.GO_ON;
        }
        inBody = true;
        if (owed.next(Owed.UPGRADE)) {
            requests.upgradeDecided();
        }
        if (isBodyless()) {
            body.none();
        } else if (head.chunked()) {
            body.chunked();
        } else if (head.contentLength() >= 0) {
            body.length(head.contentLength());
        } else {
            body.untilEnd();
        }
        return body.isDone() ? end() : Then.GO_ON;
    }

    private Then end() {
        owed.answered();
        answered++;
        inBody = false;
        interim = false;
        continued = false;
        if (closing || (requests.isInBody() && owed.isEmpty())) {
            return Then.FINISH;
        }
        return resourceCloses ? Then.RENEW : Then.GO_ON;
    }

    /** The stream has ended in order; {@return whether that completes an answer, which was the last} */
    boolean completesAtEnd() {
        if (inBody && body.isUntilEnd()) {
            end();
            return true;
        }
        return false;
    }

    /** {@return whether some of the final answer that is owed next was passed on} */
    boolean hasBegun() {
        return inBody;
    }

    /** {@return whether nothing at all has come of the answer that is owed next} */
    boolean isSilent() {
        return !inBody && !interim && !reader.isPartial();
    }

    /** {@return whether this stream carried an answer to its end} */
    boolean isReused() {
        return answered > 0;
    }

    /** {@return whether the resource takes no more requests on this stream} */
    boolean resourceCloses() {
        return resourceCloses;
    }

    /** Another stream begins. */
    void reset() {
        reader.reset();
        inBody = false;
        interim = false;
        continued = false;
        closing = false;
        resourceCloses = false;
        answered = 0;
    }
}
