// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.example.resp.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * What comes from the resource: replies, which pass as they are, with refusals between them where it is their turn. On one
 * connection's event loop.
 */
final class ReplySide {
    private final RespIngress ingress;
    private final Turns turns;
    private final ReplyReader reader = new ReplyReader();

    ReplySide(RespIngress ingress, Turns turns) {
        this.ingress = ingress;
        this.turns = turns;
    }

    /**
     * Takes what was read from the stream.
     *
     * @param to is written to
     * @param in not empty
     * @param promise completes when all of the buffer was written
     */
    void take(ChannelHandlerContext to, ByteBuf in, ChannelPromise promise) {
        int begin = in.readerIndex();
        int from = begin; // of what passes as it is
        try {
            while (in.isReadable() && !ingress.isOver()) {
                if (reader.read(in)) {
                    if (!turns.isOwed()) {
                        throw new RespFault("nobody asked for a reply");
                    }
                    turns.answered();
                    if (turns.isDue()) {
                        write(to, in.retainedSlice(from, in.readerIndex() - from));
                        from = in.readerIndex();
                        ingress.writeDue();
                    }
                }
            }
        } catch (RespFault fault) {
            in.release();
            settle(to, promise);
            ingress.reset("the resource does not speak RESP: " + fault.getMessage());
            return;
        }
        if (from == begin && !ingress.isOver()) {
            to.write(in.readerIndex(begin), promise).isDone();
        } else {
            if (in.readerIndex() > from && !ingress.isOver()) {
                write(to, in.retainedSlice(from, in.readerIndex() - from));
            }
            in.release();
            settle(to, promise);
        }
        ingress.answered();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the promise is its caller's
    private static void settle(ChannelHandlerContext to, ChannelPromise promise) {
        if (!promise.isVoid()) {
            to.write(Unpooled.EMPTY_BUFFER, promise);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure comes as an event
    private static void write(ChannelHandlerContext to, ByteBuf piece) {
        to.write(piece, to.voidPromise());
    }

    /** {@return whether nothing of a reply is under way} */
    boolean isIdle() {
        return !reader.isPartial();
    }
}
