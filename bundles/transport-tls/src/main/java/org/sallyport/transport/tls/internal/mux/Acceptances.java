// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal.mux;

import org.sallyport.wire.TunnelProtocol;

/**
 * The streams that the peer opens, until they are acknowledged and answered: how many may be.
 *
 * <p>On the connection's event loop.
 */
final class Acceptances {
    private final int most;
    private int unacknowledged;
    private int unanswered;
    private volatile int published;

    /** @param most that wait for an answer at once */
    Acceptances(int most) {
        this.most = most;
    }

    boolean room() {
        return unacknowledged < TunnelProtocol.MAX_UNACKNOWLEDGED_OPENS && unanswered < most;
    }

    void accepted() {
        unacknowledged++;
    }

    void sentAck() {
        unacknowledged--;
    }

    /** The stream asks for a resource. */
    void awaitAnswer(MuxStreamChannel stream) {
        stream.awaitsAnswer = true;
        published = ++unanswered;
    }

    /** The stream has been answered, or needs no answer any more. */
    void answered(MuxStreamChannel stream) {
        if (stream.awaitsAnswer) {
            stream.awaitsAnswer = false;
            published = --unanswered;
        }
    }

    /** {@return how many streams of the peer were not answered yet; on any thread} */
    int unanswered() {
        return published;
    }
}
