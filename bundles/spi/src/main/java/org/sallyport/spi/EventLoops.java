// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.spi;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The event loops that transport and data plane share, so that a tunnel and the sockets of its streams can be on one loop.
 * Which kind they are (io_uring, epoll, NIO) is chosen once, by what loads.
 */
@ProviderType
public interface EventLoops {
    /** {@return the kind: {@code io_uring}, {@code epoll} or {@code nio}} */
    String kind();

    /** {@return all loops; never empty} */
    List<EventLoop> all();

    /** {@return the next loop in turn} */
    EventLoop next();

    /** {@return a new TCP socket, not registered} */
    DuplexChannel socket();

    /**
     * A new TCP server socket, not registered. Its children reach the pipeline by {@code channelRead}, not registered
     * either: whoever reads them chooses their loop.
     */
    ServerChannel serverSocket();

    /**
     * A new UDP socket, not registered, which takes datagrams of every size and, where the platform can, several in one call.
     *
     * @param family of the address that it is going to be bound or connected to
     */
    DatagramChannel datagramSocket(SocketProtocolFamily family);

    /**
     * Sends a datagram without bytes, at once. Netty takes a write without bytes for done, so it goes past Netty, after what was
     * written before, which is flushed; while that cannot leave, neither does it. On the socket's event loop.
     *
     * @param socket one of {@link #datagramSocket}
     * @param recipient to whom, also when the socket is connected to it
     * @return whether it was sent; never when others wait for the kernel, and with the JDK's selectors that can't be done
     */
    boolean sendEmpty(DatagramChannel socket, InetSocketAddress recipient);

    /**
     * Sets the bound on what the kernel queues unsent ({@code TCP_NOTSENT_LOWAT}) where the platform has it.
     *
     * @param socket one of {@link #socket()} or an accepted child
     * @param bytes the bound
     */
    void limitUnsent(Channel socket, int bytes);
}
