// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi.stage;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;

/**
 * Stops reads of the application's socket while a stage holds what was read, next to the data plane, which stops and goes on
 * for reasons of its own with the same switch. A read that is asked for meanwhile is made when the gate opens.
 *
 * <p>The stage keeps what a read under way still brings, and asks the gate instead of passing {@code read} on for as long as it
 * holds anything:
 *
 * <pre>
 * public void read(ChannelHandlerContext to) {
 *     if (holding) {
 *         gate.want();
 *     } else {
 *         to.read();
 *     }
 * }
 * </pre>
 *
 * <p>On the channel's event loop; one for each connection.
 */
public final class ReadGate {
    private boolean stopped;
    private boolean wanted;

    /**
     * Closes it.
     *
     * @param config of the application's channel
     */
    public void close(ChannelConfig config) {
        if (config.isAutoRead()) {
            stopped = true;
            config.setAutoRead(false);
        }
    }

    /** A read was asked for while it is closed. */
    public void want() {
        wanted = true;
    }

    /**
     * Opens it: reads go on if they went on before, or were asked for since. Nothing may be held any more.
     *
     * @param stage the handler that held
     */
    public void open(ChannelHandlerContext stage) {
        boolean again = stopped && !stage.channel().config().isAutoRead();
        boolean read = wanted;
        stopped = false;
        wanted = false;
        if (again) {
            stage.channel().config().setAutoRead(true);
        } else if (read) {
            stage.read();
        }
    }

    /**
     * Opens it for good: all that comes is read, and dropped by the stage.
     *
     * @param stage the handler that held
     */
    public void drop(ChannelHandlerContext stage) {
        stopped = true;
        open(stage);
    }
}
