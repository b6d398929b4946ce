// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.util.function.Consumer;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.control.ControlMessage;

/** The client's end of a tunnel's control stream. */
interface ControlLink {
    /**
     * Sends a message; order is kept. When it cannot be sent, that is logged and the tunnel is closed, because the two ends
     * would disagree from then on.
     */
    void send(ControlMessage message);

    /** How control streams are taken into use. */
    @FunctionalInterface
    interface Opener {
        /**
         * Takes a tunnel's control stream into use.
         *
         * @param tunnel whose control stream nobody reads yet
         * @param received gets each message, one after the other, on the role's thread
         * @return where to send
         */
        ControlLink open(Tunnel tunnel, Consumer<ControlMessage> received);
    }
}
