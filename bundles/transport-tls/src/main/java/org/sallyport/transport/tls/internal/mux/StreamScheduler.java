// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import java.util.ArrayDeque;

/**
 * Lets the streams that have something to send do so in turn, by bytes: each turn gives a stream a quantum, what it sends is
 * taken from that, and a stream that sent more than it had waits until it is even (deficit round robin). The control stream
 * gets eight quanta.
 *
 * <p>On the connection's event loop.
 */
final class StreamScheduler {
    /** Bytes of one turn. */
    static final int QUANTUM = 65_536;

    private static final int CONTROL_SHARES = 8;

    private final ArrayDeque<StreamOutbound> ready = new ArrayDeque<>();

    /** The stream has something to send; a second call before its turn does nothing. */
    void add(StreamOutbound stream) {
        if (!stream.scheduled) {
            stream.scheduled = true;
            ready.addLast(stream);
        }
    }

    boolean isEmpty() {
        return ready.isEmpty();
    }

    /**
     * Goes on with the turns.
     *
     * @param writer takes the frames
     * @param limit ends after so many bytes
     * @return how many bytes were sent
     */
    int run(TunnelWriter writer, int limit) {
        int sent = 0;
        while (sent < limit && writer.writable()) {
            StreamOutbound stream = ready.pollFirst();
            if (stream == null) {
                break;
            }
            stream.scheduled = false;
            if (!stream.interrupted) {
                stream.deficit += stream.isControl() ? CONTROL_SHARES * QUANTUM : QUANTUM;
            }
            int bytes = stream.transmit(writer, stream.deficit);
            stream.deficit -= bytes;
            sent += bytes;
            stream.interrupted = stream.hasWork() && stream.deficit > 0 && !writer.writable();
            if (stream.interrupted) {
                stream.scheduled = true;
                ready.addFirst(stream);
            } else if (stream.hasWork()) {
                add(stream);
            } else {
                stream.deficit = Math.min(stream.deficit, 0);
            }
        }
        return sent;
    }

    void clear() {
        ready.clear();
    }
}
