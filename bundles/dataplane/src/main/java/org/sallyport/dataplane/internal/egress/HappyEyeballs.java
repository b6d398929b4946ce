// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.EventLoops;

/**
 * Dials several addresses and takes the first that answers (RFC 8305): the next one is tried when one fails, or
 * {@value #STAGGER_MILLIS} ms after the one before. On one event loop, the sockets too.
 */
final class HappyEyeballs {
    static final int STAGGER_MILLIS = 250;

    /** What came of it; told once. */
    interface Outcome {
        /** A socket is connected to an address, with reading off and an empty pipeline. */
        void connected(DuplexChannel socket, InetAddress address);

        /** None could be connected. */
        void failed(Throwable last);
    }

    private final EventLoops loops;
    private final EventLoop loop;
    private final List<InetSocketAddress> addresses;
    private final Outcome outcome;
    private final List<DuplexChannel> dialling = new ArrayList<>(2);

    private int next;
    private @Nullable Future<?> stagger;
    private boolean over;

    /**
     * @param loops make sockets
     * @param loop on which everything happens
     * @param addresses in the order in which to try them, never none
     * @param outcome is told
     */
    HappyEyeballs(EventLoops loops, EventLoop loop, List<InetSocketAddress> addresses, Outcome outcome) {
        this.loops = loops;
        this.loop = loop;
        this.addresses = addresses;
        this.outcome = outcome;
    }

    /** Dials the next address. */
    void dial() {
        if (over || next == addresses.size()) {
            return;
        }
        InetSocketAddress address = addresses.get(next);
        next++;
        if (stagger != null) {
            stagger.cancel(false);
        }
        if (next < addresses.size()) {
            stagger = loop.schedule(this::dial, STAGGER_MILLIS, TimeUnit.MILLISECONDS);
        }
        DuplexChannel socket;
        try {
            socket = loops.socket();
        } catch (RuntimeException e) {
            // out of file descriptors
            failed(e);
            return;
        }
        socket.config().setAutoRead(false);
        socket.config().setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
        dialling.add(socket);
        // Registered and connected in one turn: epoll reports a hang-up on a registered socket that is not connected
        // yet,
        // and Netty would close it.
        loop.register(socket).addListener(registered -> {
            if (registered.isSuccess()) {
                socket.connect(address)
                        .addListener(connected ->
                                dialled(socket, address, connected.isSuccess() ? null : connected.cause()));
            } else {
                dialled(socket, address, registered.cause());
            }
        });
    }

    private void dialled(DuplexChannel socket, InetSocketAddress address, @Nullable Throwable cause) {
        dialling.remove(socket);
        if (over) {
            close(socket);
        } else if (cause == null) {
            cancel();
            outcome.connected(socket, address.getAddress());
        } else {
            close(socket);
            failed(cause);
        }
    }

    private void failed(Throwable cause) {
        if (next < addresses.size()) {
            dial();
        } else if (dialling.isEmpty() && !over) {
            over = true;
            outcome.failed(cause);
        }
    }

    /** Stops; the outcome is not told any more. */
    void cancel() {
        over = true;
        if (stagger != null) {
            stagger.cancel(false);
        }
        List.copyOf(dialling).forEach(HappyEyeballs::close);
        dialling.clear();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    private static void close(DuplexChannel socket) {
        if (socket.isRegistered()) {
            socket.close();
        } else {
            socket.unsafe().closeForcibly();
        }
    }
}
