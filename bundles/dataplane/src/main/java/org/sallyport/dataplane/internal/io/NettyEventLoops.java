// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.sallyport.spi.EventLoops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of this process: one for each core, eight at most, because a tunnel never uses more than one and idle
 * loops cost memory.
 *
 * <p>epoll comes first, then NIO. io_uring is used only when it is asked for by {@value #KIND}: it saves processor time
 * with many busy streams, but it is forbidden in many containers, and before it becomes the default here its half-close and
 * reset of paused sockets have to pass the same contract tests and its figures have to be better for single streams too.
 */
@Component(service = EventLoops.class)
public final class NettyEventLoops implements EventLoops {
    /** System property: {@code epoll}, {@code io_uring} or {@code nio}; not set: the best that loads. */
    static final String KIND = "sallyport.io";

    /** System property: how many loops. */
    static final String COUNT = "sallyport.io.loops";

    private static final Logger LOG = LoggerFactory.getLogger(NettyEventLoops.class);
    private static final int MAX_DEFAULT_LOOPS = 8;
    private static final int MAX_LOOPS = 256;
    private static final long STOP_SECONDS = 5;
    /** Bytes of datagrams that wait for the kernel; who finds more does not add to them. */
    private static final WriteBufferWaterMark DATAGRAMS_UNSENT = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private final IoKind kind;
    private final EventLoopGroup group;
    private final List<EventLoop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    @Activate
    public NettyEventLoops() {
        this(System.getProperties());
    }

    /**
     * @param system where {@value #KIND} and {@value #COUNT} are looked up
     */
    public NettyEventLoops(Properties system) {
        this(choose(system.getProperty(KIND)), count(system.getProperty(COUNT)));
    }

    private NettyEventLoops(IoKind kind, int count) {
        this.kind = kind;
        group = new MultiThreadIoEventLoopGroup(count, threads(), kind.handlers());
        List<EventLoop> made = new ArrayList<>(count);
        group.forEach(executor -> made.add((EventLoop) executor));
        loops = List.copyOf(made);
        LOG.info("event loops: {} of kind {}", count, kind.word());
    }

    private static IoKind choose(@Nullable String wanted) {
        if (wanted == null || wanted.isEmpty()) {
            Throwable obstacle = IoKind.EPOLL.obstacle();
            if (obstacle == null) {
                return IoKind.EPOLL;
            }
            LOG.info("event loops: epoll is not available here ({}), NIO is used", obstacle.toString());
            return IoKind.NIO;
        }
        IoKind kind = IoKind.of(wanted);
        Throwable obstacle = kind.obstacle();
        if (obstacle != null) {
            throw new IllegalStateException(
                    "system property " + KIND + " is '" + wanted + "', which is not available here: " + obstacle,
                    obstacle);
        }
        return kind;
    }

    private static int count(@Nullable String wanted) {
        if (wanted == null || wanted.isEmpty()) {
            return Math.min(Runtime.getRuntime().availableProcessors(), MAX_DEFAULT_LOOPS);
        }
        int count = wanted.matches("[0-9]{1,3}") ? Integer.parseInt(wanted) : 0;
        if (count < 1 || count > MAX_LOOPS) {
            throw new IllegalArgumentException(
                    "system property " + COUNT + " is '" + wanted + "': expected a number from 1 to " + MAX_LOOPS);
        }
        return count;
    }

    /** Threads that keep no class loader of whoever happens to activate this component. */
    private static ThreadFactory threads() {
        ThreadFactory plain = new DefaultThreadFactory("sallyport-io", true);
        return task -> {
            Thread thread = plain.newThread(task);
            thread.setContextClassLoader(NettyEventLoops.class.getClassLoader());
            return thread;
        };
    }

    @Override
    public String kind() {
        return kind.word();
    }

    @Override
    public List<EventLoop> all() {
        return loops;
    }

    @Override
    public EventLoop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    @Override
    public DuplexChannel socket() {
        return kind.socket();
    }

    @Override
    public ServerChannel serverSocket() {
        return kind.serverSocket();
    }

    @Override
    public DatagramChannel datagramSocket(SocketProtocolFamily family) {
        DatagramChannel socket = kind.datagramSocket(family);
        socket.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, DATAGRAMS_UNSENT);
        return socket;
    }

    @Override
    public boolean sendEmpty(DatagramChannel socket, InetSocketAddress recipient) {
        socket.flush();
        ChannelOutboundBuffer queued = socket.unsafe().outboundBuffer();
        if (queued == null || !queued.isEmpty()) {
            return false;
        }
        try {
            return IoKind.sendEmpty(socket, recipient);
        } catch (IOException e) {
            // as a datagram may be lost anywhere; a resource that refuses them is one reason
            LOG.debug("{}: a datagram without bytes was not sent", socket, e);
            return false;
        }
    }

    @Override
    public void limitUnsent(Channel socket, int bytes) {
        kind.limitUnsent(socket, bytes);
    }

    /** Closes what is still registered and waits for the threads, {@value #STOP_SECONDS} s at most. */
    @Deactivate
    public void stop() {
        long begun = System.nanoTime();
        Future<?> ended = group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
        if (!ended.awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("event loops: not all have ended within {} s", STOP_SECONDS);
            return;
        }
        LOG.info("event loops: stopped in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }
}
