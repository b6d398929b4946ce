// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.frame.Frame;

/**
 * The streams that this end opens, from their ID until the peer has acknowledged them: at most
 * {@link TunnelProtocol#MAX_UNACKNOWLEDGED_OPENS} are under way, the others wait in the order of their IDs.
 *
 * <p>On the connection's event loop.
 */
final class Openings {
    private static final int LAST_ID = 0xffff_fffd;

    private final boolean client;
    private final ArrayDeque<MuxStreamChannel> unsent = new ArrayDeque<>();
    private int nextId;
    private int lastSent;
    private int givenUp;
    private int unacknowledged;

    /** @param client whether this end opens the odd streams */
    Openings(boolean client) {
        this.client = client;
        nextId = client ? 1 : 2;
    }

    int nextId() {
        return nextId;
    }

    boolean hasIds() {
        return Integer.compareUnsigned(nextId, LAST_ID) < 0;
    }

    /** Goes on with IDs not below a number; gaps are allowed. */
    void skipTo(long first) {
        int next = (int) (client ? first | 1 : first + (first & 1));
        if (Integer.compareUnsigned(next, nextId) > 0) {
            nextId = next;
        }
    }

    /** Gives a stream the next ID; its SYN leaves in its turn. */
    void add(MuxStreamChannel stream) {
        stream.assign(nextId);
        nextId += 2;
        unsent.add(stream);
    }

    boolean canSend() {
        return !unsent.isEmpty() && unacknowledged < TunnelProtocol.MAX_UNACKNOWLEDGED_OPENS;
    }

    void send(TunnelWriter out) {
        while (canSend()) {
            MuxStreamChannel stream = unsent.remove();
            if (!stream.outbound().ended()) {
                unacknowledged++;
                lastSent = stream.streamId();
                stream.outbound().open(out);
            }
        }
    }

    /** {@return whether the peer may send frames of a stream, for all that this end has opened} */
    boolean mayCome(int streamId) {
        return Frame.isClientStream(streamId) != client || Integer.compareUnsigned(streamId, lastSent) <= 0;
    }

    void acknowledged(MuxStreamChannel stream) {
        stream.setAcknowledged();
        unacknowledged--;
    }

    /** {@return how many streams wait until their SYN may leave, or are kept though they do not any more} */
    int unsent() {
        return unsent.size();
    }

    /** One that waits ended. A peer that acknowledges nothing must not keep what nobody waits for any more. */
    void gaveUp() {
        givenUp++;
        if (givenUp > 64 && givenUp > unsent.size() / 2) {
            unsent.removeIf(stream -> stream.outbound().ended());
            givenUp = 0;
        }
    }

    /** Takes back the streams whose SYN has not left, before the other end hears of them; only the control stream stays. */
    void takeBack(Consumer<MuxStreamChannel> each) {
        for (MuxStreamChannel stream : List.copyOf(unsent)) {
            if (!stream.isControl()) {
                each.accept(stream);
            }
        }
        unsent.removeIf(stream -> !stream.isControl());
    }

    void clear() {
        unsent.clear();
    }
}
