// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.http.HttpLimits;

/**
 * What comes from the application: requests, until one of them is the last or becomes a WebSocket. Heads are rewritten, bodies
 * pass in the buffers that they came in.
 *
 * <p>What must not be sent yet is held, and then the socket is not read on: what follows a request for a WebSocket, before the
 * answer tells what it is; requests beyond {@link HttpLimits#pipelined()}; requests that a resource would not take any more.
 */
final class RequestSide {
    private final HttpConnection connection;
    private final Owed owed;
    private final HeadReader reader;
    private final RequestHead head;
    private final BodyReader body;
    private final RequestWriter writer;
    private final LongSupplier maxBody;
    private final Deque<ByteBuf> held = new ArrayDeque<>(0);
    private @Nullable HttpFault fault;
    private boolean faultInBody;
    private boolean running;
    private boolean inBody;
    private boolean bodySeen;
    private boolean upgrading;
    private boolean last;
    private boolean endHeld;

    RequestSide(HttpConnection connection, Owed owed, HttpLimits limits, LongSupplier maxBody, RequestWriter writer) {
        this.connection = connection;
        this.owed = owed;
        this.maxBody = maxBody;
        this.writer = writer;
        reader = new HeadReader(limits, true);
        head = new RequestHead(reader);
        body = new BodyReader(limits);
    }

    /** Takes what was read from the application. */
    void take(ByteBuf in) {
        if (running || !held.isEmpty()) {
            held.addLast(in);
            connection.pauseReading();
            return;
        }
        run(in);
        if (!held.isEmpty()) {
            resume();
        }
    }

    private void run(ByteBuf in) {
        boolean mine = true;
        running = true;
        try {
            mine = parse(in);
        } catch (HttpFault wrong) {
            fail(wrong, inBody);
        } finally {
            running = false;
            if (mine) {
                in.release();
            }
        }
    }

    /** {@return whether the buffer is still ours} */
    private boolean parse(ByteBuf in) throws HttpFault {
        while (in.isReadable()) {
            if (connection.isRaw()) {
                connection.pass(in);
                return false;
            }
            if (isDeaf()) {
                return true;
            }
            if (inBody) {
                int from = in.readerIndex();
                body.read(in);
                bodySeen = true;
                inBody = !body.isDone();
                if (!in.isReadable()) {
                    connection.pass(in.readerIndex(from));
                    return false;
                }
                connection.pass(in.retainedSlice(from, in.readerIndex() - from));
            } else if (mustHold()) {
                held.addFirst(in);
                connection.pauseReading();
                return false;
            } else if (reader.read(in)) {
                request();
            }
        }
        return true;
    }

    /** {@return whether nothing that comes matters any more} */
    private boolean isDeaf() {
        return connection.isOver() || fault != null || (last && !inBody);
    }

    private boolean mustHold() {
        return !connection.isRaw() && !isDeaf() && !inBody && (upgrading || owed.isFull() || connection.isStreamPast());
    }

    private void request() throws HttpFault {
        head.interpret();
        int flags = (head.isHead() ? Owed.HEAD : 0)
                | (head.persists() ? 0 : Owed.LAST)
                | (head.minor() == 0 ? Owed.OLD : 0)
                | (head.websocket() ? Owed.UPGRADE : 0)
                | (head.expectsContinue() ? Owed.CONTINUE : 0);
        long most = maxBody.getAsLong();
        if (most > 0 && head.contentLength() > most) {
            throw new HttpFault(413, "The body is larger than the gateway carries.");
        }
        if (head.chunked()) {
            body.chunked(most > 0 ? most : Long.MAX_VALUE);
        } else if (head.hasBody()) {
            body.length(head.contentLength());
        } else {
            body.none();
        }
        inBody = !body.isDone();
        bodySeen = false;
        upgrading = head.websocket();
        last = !head.persists();
        owed.add((byte) flags);
        connection.open();
        send();
    }

    private void send() {
        // an open may be refused at once, and answered
        if (!connection.isOver()) {
            connection.pass(writer.write(head, connection.allocator()));
        }
    }

    /** {@return whether the only request that is owed an answer may be sent again, and can be} */
    boolean canRepeat() {
        return owed.size() == 1 && reader.isComplete() && fault == null && head.isRepeatable();
    }

    /** Sends it again. */
    void repeat() {
        connection.open();
        send();
        connection.passed();
    }

    /** Goes on with what was held, as far as that may be sent now. */
    void resume() {
        if (running || held.isEmpty()) {
            return;
        }
        while (!held.isEmpty() && !mustHold()) {
            run(held.removeFirst());
        }
        connection.passed();
        if (held.isEmpty()) {
            connection.resumeReading();
            if (endHeld) {
                endHeld = false;
                connection.inputEnded();
            }
        }
    }

    /** {@return whether the end of the application's input has to wait, for what comes before it does} */
    boolean holdsEnd() {
        endHeld = !held.isEmpty();
        return endHeld;
    }

    boolean isHolding() {
        return !held.isEmpty();
    }

    /** The request that was sent last got 101, or an answer of another kind. */
    void upgradeDecided() {
        upgrading = false;
    }

    /** Notes that what comes is not taken; it is answered when it is its turn. */
    void fail(HttpFault wrong, boolean isBody) {
        if (fault == null) {
            fault = wrong;
            faultInBody = isBody;
            connection.faultNoted();
        }
    }

    /** {@return the fault that is to be answered now, null when there is none or others are owed an answer before} */
    @Nullable
    HttpFault faultToAnswer() {
        return owed.size() == (faultInBody ? 1 : 0) ? fault : null;
    }

    /** {@return whether the request whose answer is under way is broken off} */
    boolean brokeOffAnswered() {
        return fault != null && faultInBody && owed.size() == 1;
    }

    /** {@return whether the body of the request that was sent last is not sent yet} */
    boolean isInBody() {
        return inBody;
    }

    /** {@return whether some of the body of the request that was sent last was sent} */
    boolean isBodySeen() {
        return bodySeen;
    }

    /** {@return whether a head has begun and is not complete} */
    boolean isInHead() {
        return reader.isPartial() && fault == null && !last;
    }

    /** {@return what the last head, complete or not, can be asked} */
    HeadReader reader() {
        return reader;
    }

    /** Lets go of what is held. */
    void release() {
        held.forEach(ByteBuf::release);
        held.clear();
        endHeld = false;
    }
}
