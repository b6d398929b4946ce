// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.sallyport.dataplane.internal.limits.Allowance;
import org.sallyport.dataplane.internal.relay.EarlyReader;
import org.sallyport.dataplane.internal.relay.SocketEnd;
import org.sallyport.dataplane.internal.relay.StreamEnd;

/**
 * What an application sends before its stream is answered: sent at once and kept, so that it can be sent again on another
 * client's tunnel. At most {@value #MOST} bytes of a connection and so many of the process are kept; the rest stays unread in
 * the socket. An end of input is repeated like a byte.
 *
 * <p>Copies are sent: what is kept must not be touched by the tunnel, and it is little.
 *
 * <p>On the socket's event loop.
 */
final class EarlyPayload implements EarlyReader {
    static final int MOST = 32 * 1024;
    private static final int CHUNK = 4 * 1024;

    private final SocketEnd socket;
    private final Allowance budget;
    private final Queue<ByteBuf> sent = new ArrayDeque<>(2);
    /** What the platform read although it was not asked to (a closed socket is read to its end), and may not be sent yet. */
    private final Queue<ByteBuf> held = new ArrayDeque<>(0);

    private @Nullable StreamEnd stream;
    private int sentBytes;
    private long taken;
    private boolean unopened;
    private boolean reading;
    private boolean ended;
    private boolean over;

    /**
     * @param socket the application's
     * @param budget of the process
     */
    EarlyPayload(SocketEnd socket, Allowance budget) {
        this.socket = socket;
        this.budget = budget;
    }

    /**
     * Reads while there is no stream yet, for a stage that opens late: what it does not pass on is not kept here, and whoever says
     * nothing takes nothing of the budget.
     */
    void readUnopened() {
        unopened = true;
        readMore();
    }

    /** The stream is asked for: what is read from now on is kept. */
    void opening() {
        unopened = false;
    }

    /** Reads on as far as more may be kept. */
    void readMore() {
        if (unopened) {
            if (!over && !reading && !ended && held.isEmpty()) {
                reading = true;
                socket.readEarly(CHUNK);
            }
            return;
        }
        int room = Math.min(CHUNK, MOST - sentBytes);
        if (over || reading || ended || room <= 0 || !held.isEmpty() || !budget.take(room)) {
            return;
        }
        taken += room;
        reading = true;
        socket.readEarly(room);
    }

    @Override
    public void read(ByteBuf data) {
        if (over) {
            data.release();
            return;
        }
        if (!held.isEmpty() || sentBytes + data.readableBytes() > MOST) {
            held.add(data);
            return;
        }
        sentBytes += data.readableBytes();
        sent.add(data);
        StreamEnd taker = stream;
        if (taker != null) {
            taker.deliver(copyFor(taker, data));
        }
    }

    @Override
    public void readComplete() {
        reading = false;
        long kept = sentBytes;
        for (ByteBuf data : held) {
            kept += data.readableBytes();
        }
        // what the platform read unasked is taken from the budget even if that is exceeded by it
        budget.give(taken - kept);
        taken = kept;
        if (stream != null) {
            stream.flush();
        }
        readMore();
    }

    @Override
    public void inputEnded() {
        ended = true;
        if (stream != null && held.isEmpty()) {
            stream.endOutput();
        }
    }

    /**
     * Sends everything so far on a stream that was just opened, and what comes from now on.
     *
     * @param taker not answered yet
     */
    void sendOn(StreamEnd taker) {
        stream = taker;
        if (!sent.isEmpty()) {
            for (ByteBuf data : sent) {
                taker.deliver(copyFor(taker, data));
            }
            taker.flush();
        }
        if (ended && held.isEmpty()) {
            taker.endOutput();
        }
    }

    /** The stream reached the resource: nothing has to be kept any more, and all may be sent. */
    void reached() {
        StreamEnd taker = stream;
        if (taker != null && !held.isEmpty()) {
            for (ByteBuf data = held.poll(); data != null; data = held.poll()) {
                taker.deliver(data);
            }
            taker.flush();
            if (ended) {
                taker.endOutput();
            }
        }
        release();
    }

    /** Lets go of everything; a second call does nothing. */
    void release() {
        over = true;
        sent.forEach(ByteBuf::release);
        sent.clear();
        held.forEach(ByteBuf::release);
        held.clear();
        budget.give(taken);
        taken = 0;
    }

    private static ByteBuf copyFor(StreamEnd taker, ByteBuf data) {
        int headroom = taker.headroom();
        int length = data.readableBytes();
        ByteBuf copy = taker.channel().alloc().directBuffer(headroom + length, headroom + length);
        return copy.setIndex(headroom, headroom).writeBytes(data, data.readerIndex(), length);
    }
}
