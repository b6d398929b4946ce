// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.egress;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.limits.Share;
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;

/**
 * The way to a resource that takes datagrams: a socket that is connected to the first of its addresses to which there is a
 * route, so that nobody else's datagrams come in. Whether somebody is there shows only when a datagram is answered. On one
 * event loop.
 */
final class DatagramDial {
    private static final int RECEIVED_UNREAD = 1024 * 1024;

    /** What came of it; told once, or never after {@link #cancel}. */
    interface Outcome {
        /** A socket is connected, with reading off and nothing in its pipeline. */
        void reached(DatagramChannel socket);

        /** None is. */
        void refused(OpenReply reply);
    }

    private final EventLoops loops;
    private final Share dials;
    private final EventLoop loop;
    private final Destination destination;
    private final Access access;
    private final AllowedAddresses addresses;
    private final Outcome outcome;
    private final DialObserver observer;
    private @Nullable Future<?> deadline;
    private boolean counted;
    private boolean over;

    /**
     * @param surroundings of all gateways
     * @param dials how many its gateway may have
     * @param loop on which everything happens
     * @param destination whose resource it is
     * @param access says whether it may be reached
     * @param outcome is told
     * @param observer hears how far it has come
     */
    DatagramDial(
            Surroundings surroundings,
            Share dials,
            EventLoop loop,
            Destination destination,
            AccessPolicy access,
            Outcome outcome,
            DialObserver observer) {
        loops = surroundings.loops();
        this.dials = dials;
        this.loop = loop;
        this.destination = destination;
        this.outcome = outcome;
        this.access = new Access(access, destination.id());
        this.observer = observer;
        addresses = new AllowedAddresses(surroundings.names(), loop, this.access, observer);
    }

    /** Begins. */
    void start() {
        if (over) {
            return; // the stream has gone before
        }
        OpenReply denial = access.denial(destination.resource());
        if (denial != null) {
            refuse(denial);
        } else if (dials.take()) {
            counted = true;
            observer.allowed(destination.resource());
            long patience = destination.options().connectTimeout().toSeconds();
            OpenReply late = new OpenReply(
                    OpenCode.TIMED_OUT,
                    "name " + destination.resource().host() + " was not resolved within " + patience + " s");
            deadline = loop.schedule(() -> refuse(late), patience, TimeUnit.SECONDS);
            addresses.of(destination.resource(), found -> connect(found.iterator()), this::refuse);
        } else {
            refuse(EgressAcceptor.TOO_MANY);
        }
    }

    private void connect(Iterator<InetSocketAddress> candidates) {
        if (over) {
            return;
        }
        InetSocketAddress address = candidates.next();
        DatagramChannel socket;
        try {
            socket = loops.datagramSocket(
                    address.getAddress() instanceof Inet6Address
                            ? SocketProtocolFamily.INET6
                            : SocketProtocolFamily.INET);
        } catch (RuntimeException e) {
            // out of file descriptors
            refuse(DialFailure.unreached(destination.resource(), e));
            return;
        }
        socket.config().setAutoRead(false);
        socket.config().setOption(ChannelOption.SO_RCVBUF, RECEIVED_UNREAD);
        loop.register(socket).addListener(registered -> {
            if (registered.isSuccess()) {
                socket.connect(address)
                        .addListener(connected ->
                                connected(socket, connected.isSuccess() ? null : connected.cause(), candidates));
            } else {
                connected(socket, registered.cause(), candidates);
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits
    private void connected(DatagramChannel socket, @Nullable Throwable cause, Iterator<InetSocketAddress> candidates) {
        if (over) {
            socket.close();
        } else if (cause == null) {
            end();
            observer.connected(socket);
            outcome.reached(socket);
        } else {
            socket.close();
            if (candidates.hasNext()) {
                connect(candidates);
            } else {
                refuse(DialFailure.unreached(destination.resource(), cause));
            }
        }
    }

    private void refuse(OpenReply reply) {
        if (!over) {
            end();
            outcome.refused(reply);
        }
    }

    private void end() {
        over = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (counted) {
            counted = false;
            dials.give();
        }
    }

    /** Stops. */
    void cancel() {
        end();
    }
}
