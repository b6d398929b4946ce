// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/** A connection to a tunnel port until it is a tunnel. */
final class Arrival implements LiveConnections.Member {
    private final Channel connection;
    private final EventLoop loop;
    private final Promise<Void> gone;

    /**
     * @param loop on which it is, or will be, registered
     */
    Arrival(Channel connection, EventLoop loop) {
        this.connection = connection;
        this.loop = loop;
        gone = loop.newPromise();
        connection.closeFuture().addListener(closed -> gone.trySuccess(null));
    }

    /** It goes on as a tunnel; on the event loop. */
    void becomesTunnel() {
        gone.trySuccess(null);
    }

    @Override
    public void close(String reason) {
        loop.execute(() -> {
            if (!gone.isDone()) {
                cut();
            }
        });
    }

    /** Past TLS, which would wait for a peer that reads nothing to take its last words. */
    @SuppressWarnings("FutureReturnValueIgnored") // its end comes as an event
    private void cut() {
        ChannelHandlerContext first = connection.pipeline().firstContext();
        if (first == null) {
            connection.close();
        } else {
            first.close();
        }
    }

    @Override
    public Future<?> gone() {
        return gone;
    }
}
