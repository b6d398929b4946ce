// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;

/**
 * Stops reads of the application's socket while what was read is held, next to the data plane, which stops and goes on for
 * reasons of its own with the same switch. A read that is asked for meanwhile is made when the gate opens.
 */
final class ReadGate {
    private boolean stopped;
    private boolean wanted;

    /** Closes it. */
    void close(ChannelConfig config) {
        if (config.isAutoRead()) {
            stopped = true;
            config.setAutoRead(false);
        }
    }

    /** A read was asked for while it is closed. */
    void want() {
        wanted = true;
    }

    /** Opens it: reads go on if they went on before, or were asked for since. */
    void open(ChannelHandlerContext channel) {
        boolean again = stopped && !channel.channel().config().isAutoRead();
        boolean read = wanted;
        stopped = false;
        wanted = false;
        if (again) {
            channel.channel().config().setAutoRead(true);
        } else if (read) {
            channel.read();
        }
    }

    /** Opens it for good: all that comes is read, and dropped. */
    void drop(ChannelHandlerContext channel) {
        stopped = true;
        open(channel);
    }
}
