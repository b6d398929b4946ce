// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A way to do input and output, with the channel classes that belong to it. */
enum IoKind {
    /** Linux' epoll, from Netty's native library. */
    EPOLL("epoll") {
        @Override
        @Nullable
        Throwable obstacle() {
            return Epoll.isAvailable() ? HalfClosedSockets.obstacle() : Epoll.unavailabilityCause();
        }

        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        DuplexChannel socket() {
            return new EpollSocketChannel();
        }

        @Override
        ServerChannel serverSocket() {
            return new EpollServerSocketChannel();
        }

        @Override
        DatagramChannel datagramSocket(SocketProtocolFamily family) {
            EpollDatagramChannel socket = new EpollDatagramChannel(family);
            // one buffer for several, each of which has its place in it
            socket.config()
                    .setMaxDatagramPayloadSize(DATAGRAM)
                    .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DATAGRAMS_AT_ONCE * DATAGRAM));
            return socket;
        }

        @Override
        ChannelOption<Long> unsentLimit() {
            return EpollChannelOption.TCP_NOTSENT_LOWAT;
        }
    },
    /** Linux' io_uring, from Netty's native library; many hardened kernels and containers forbid it. */
    IO_URING("io_uring") {
        @Override
        @Nullable
        Throwable obstacle() {
            // Netty reads this once, when it first asks whether there is an io_uring
            if (System.getProperty(POLL_FOR_GOOD) == null) {
                System.setProperty(POLL_FOR_GOOD, "false");
            }
            return IoUring.isAvailable() ? null : IoUring.unavailabilityCause();
        }

        @Override
        IoHandlerFactory handlers() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        DuplexChannel socket() {
            return new IoUringSocketChannel();
        }

        @Override
        ServerChannel serverSocket() {
            return new IoUringServerSocketChannel();
        }

        @Override
        DatagramChannel datagramSocket(SocketProtocolFamily family) {
            IoUringDatagramChannel socket = new IoUringDatagramChannel(family);
            socket.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DATAGRAM));
            return socket;
        }

        @Override
        ChannelOption<Long> unsentLimit() {
            return IoUringChannelOption.TCP_NOTSENT_LOWAT;
        }
    },
    /** The JDK's selectors, everywhere. */
    NIO("nio") {
        @Override
        @Nullable
        Throwable obstacle() {
            return null;
        }

        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        DuplexChannel socket() {
            return new NioSocketChannel();
        }

        @Override
        ServerChannel serverSocket() {
            return new NioServerSocketChannel();
        }

        @Override
        DatagramChannel datagramSocket(SocketProtocolFamily family) {
            NioDatagramChannel socket = new NioDatagramChannel(family);
            socket.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(DATAGRAM));
            return socket;
        }

        @Override
        @Nullable
        ChannelOption<Long> unsentLimit() {
            return null;
        }
    };

    /**
     * With a poll that stays for good (multishot), io_uring tells of bytes and of the reset behind them once. When that comes
     * while the bytes are being read, Netty (4.2.18) takes the socket for empty and waits for news that never come. A poll for
     * each read looks at the socket as it is.
     */
    private static final String POLL_FOR_GOOD = "io.netty.iouring.pollAddMultishotEnabled";

    /** More than the largest datagram, in bytes. */
    private static final int DATAGRAM = 64 * 1024;

    private static final int DATAGRAMS_AT_ONCE = 8;

    private final String word;

    IoKind(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    /** {@return why it can't be used here, null when it can} */
    abstract @Nullable Throwable obstacle();

    abstract IoHandlerFactory handlers();

    abstract DuplexChannel socket();

    abstract ServerChannel serverSocket();

    /** {@return a UDP socket that takes datagrams of every size} */
    abstract DatagramChannel datagramSocket(SocketProtocolFamily family);

    /**
     * Sends a datagram without bytes on a socket of {@link #datagramSocket}.
     *
     * @return whether it can be done: the JDK takes one on a connected socket for done
     */
    static boolean sendEmpty(DatagramChannel socket, InetSocketAddress recipient) throws IOException {
        if (!(socket instanceof UnixChannel unix)) {
            return false;
        }
        new Socket(unix.fd().intValue())
                .sendTo(ByteBuffer.allocateDirect(0), 0, 0, recipient.getAddress(), recipient.getPort());
        return true;
    }

    /** {@return the option that bounds what the kernel queues unsent, null where there is none} */
    abstract @Nullable ChannelOption<Long> unsentLimit();

    final void limitUnsent(Channel channel, long bytes) {
        ChannelOption<Long> option = unsentLimit();
        if (option != null) {
            channel.config().setOption(option, bytes);
        }
    }

    /**
     * The kind with a name.
     *
     * @param word as in the system property
     * @return the kind
     */
    static IoKind of(String word) {
        for (IoKind kind : values()) {
            if (kind.word.equals(word)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("system property " + NettyEventLoops.KIND + " is '" + word
                + "': expected one of "
                + Arrays.stream(values()).map(IoKind::word).collect(Collectors.joining(", ")));
    }
}
