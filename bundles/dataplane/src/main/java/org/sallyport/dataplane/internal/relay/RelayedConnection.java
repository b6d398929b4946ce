// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.channel.EventLoop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.dataplane.internal.limits.ByteRate;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.spi.Protocol;

/**
 * A connection whose bytes are relayed between a socket and a stream, from accept or open to the last event of its socket,
 * and until its stream has sent what was taken from there.
 *
 * <p>State belongs to the loop of its socket (before there is one: of its stream), except where a method says otherwise.
 */
public abstract class RelayedConnection extends Connection {
    private boolean socketGone;

    /**
     * @param destination as it was when the connection began
     * @param protocol was entered by the caller, and is left when the connection is over
     * @param group of the destination at this end
     * @param traffic where bytes are counted; the caller made it {@linkplain Traffic#begin begin}
     * @param socketIsApplication whether the socket is the application's (at the ingress) or the resource's
     */
    protected RelayedConnection(
            Destination destination,
            Plugin<Protocol> protocol,
            ConnectionGroup group,
            Traffic traffic,
            boolean socketIsApplication) {
        super(
                destination,
                protocol,
                group,
                traffic,
                socketIsApplication,
                // one end is enough, and the application's is nearer to who asked for it
                socketIsApplication ? destination.options().idleTimeout() : Duration.ZERO);
    }

    /** {@return what bounds the bytes from the socket} */
    protected ByteRate socketRate() {
        return ByteRate.UNLIMITED;
    }

    /** {@return what bounds the bytes from the stream} */
    protected ByteRate streamRate() {
        return ByteRate.UNLIMITED;
    }

    /** The socket failed, or was closed, before it was joined to a stream. */
    protected abstract void socketBroken(String why);

    /** A stream failed before it was joined to a socket. */
    protected abstract void streamBroken(StreamEnd stream, Throwable cause);

    /** Resets socket and stream at once; on the loop, perhaps more than once. */
    protected abstract void resetBoth();

    /** Its socket was reset before anything had left on the stream, which is reset for it; on the stream's loop. */
    protected void unheard() {
        // nobody counts that where streams are accepted
    }

    @Override
    protected final void abortNow() {
        resetBoth();
        if (socketGone) {
            finish();
        }
    }

    /**
     * Nothing is left of the socket; on the loop.
     *
     * @param stream that it was joined to: it may still have to send what came from the socket, for as long as nobody
     *     {@linkplain #abort aborts} the connection
     */
    final void socketGone(@Nullable StreamEnd stream) {
        socketGone = true;
        if (stream == null || isAborted()) {
            finish();
        } else {
            stream.tellWhenGone();
        }
    }

    /** Nothing is left of the stream that the socket was joined to. Safe for every thread. */
    final void streamGone() {
        EventLoop loop = loop();
        if (loop.inEventLoop()) {
            finish();
        } else {
            loop.execute(this::finish);
        }
    }
}
