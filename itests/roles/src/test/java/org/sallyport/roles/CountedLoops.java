// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.sallyport.dataplane.internal.io.NettyEventLoops;
import org.sallyport.spi.EventLoops;

/**
 * The event loops of one node, two of them, which count what they do: tasks that other threads gave them, bytes that their
 * threads allocated on the heap, and flushes at the head of pipelines, each of which is a system call at least. Sockets are
 * the product's own.
 */
final class CountedLoops implements EventLoops, AutoCloseable {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final NettyEventLoops product = new NettyEventLoops(new Properties());
    private final AtomicLong handovers = new AtomicLong();
    private final AtomicLong tunnelWrites = new AtomicLong();
    private final AtomicLong localWrites = new AtomicLong();
    private final List<Loop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    /** What was counted from one moment to another. */
    record Counts(long handovers, long tunnelWrites, long localWrites, long heapBytes) {
        Counts since(Counts before) {
            return new Counts(
                    handovers - before.handovers,
                    tunnelWrites - before.tunnelWrites,
                    localWrites - before.localWrites,
                    heapBytes - before.heapBytes);
        }
    }

    private final class Loop extends SingleThreadIoEventLoop {
        Loop(IoHandlerFactory io) {
            super(null, new DefaultThreadFactory("counted", true), io);
        }

        @Override
        public void execute(Runnable task) {
            if (!inEventLoop()) {
                handovers.incrementAndGet();
            }
            super.execute(task);
        }
    }

    /** Counts at the head of a socket's pipeline: a flush of something written is a system call. */
    private final class Head extends ChannelOutboundHandlerAdapter {
        private boolean written;

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise is the caller's
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            written |= ((ByteBuf) message).isReadable();
            ctx.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            if (written) {
                written = false;
                (isTunnel(ctx.channel()) ? tunnelWrites : localWrites).incrementAndGet();
            }
            ctx.flush();
        }
    }

    CountedLoops() {
        IoHandlerFactory io = product.kind().equals("epoll") ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        loops = List.of(new Loop(io), new Loop(io));
    }

    private static boolean isTunnel(Channel channel) {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    private <T extends Channel> T counted(T socket) {
        socket.pipeline().addLast("counted-writes", new Head());
        return socket;
    }

    /** {@return what was counted up to now, told when the loops have done what they had to do} */
    Counts counts() {
        hold().countDown();
        hold().countDown(); // so that what the first turn left to the next one is in
        long heap =
                threads().stream().mapToLong(THREADS::getThreadAllocatedBytes).sum();
        return new Counts(handovers.get(), tunnelWrites.get(), localWrites.get(), heap);
    }

    /** {@return the IDs of the loops' threads} */
    List<Long> threads() {
        return loops.stream().map(loop -> loop.threadProperties().id()).toList();
    }

    /** Keeps the loops from doing anything until the latch that it gives is counted down. */
    CountDownLatch hold() {
        CountDownLatch held = new CountDownLatch(loops.size());
        CountDownLatch release = new CountDownLatch(1);
        for (Loop loop : loops) {
            handovers.decrementAndGet(); // this is none of the node's
            loop.execute(() -> {
                held.countDown();
                await(release);
            });
        }
        await(held);
        return release;
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(Node.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("nothing came within " + Node.LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public String kind() {
        return product.kind();
    }

    @Override
    public List<EventLoop> all() {
        return List.copyOf(loops);
    }

    @Override
    public EventLoop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    @Override
    public DuplexChannel socket() {
        return counted(product.socket());
    }

    @Override
    public ServerChannel serverSocket() {
        ServerChannel server = product.serverSocket();
        server.pipeline().addLast("counted", new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object accepted) {
                ctx.fireChannelRead(counted((Channel) accepted));
            }
        });
        return server;
    }

    @Override
    public DatagramChannel datagramSocket(SocketProtocolFamily family) {
        return product.datagramSocket(family);
    }

    @Override
    public boolean sendEmpty(DatagramChannel socket, InetSocketAddress recipient) {
        return product.sendEmpty(socket, recipient);
    }

    @Override
    public void limitUnsent(Channel socket, int bytes) {
        product.limitUnsent(socket, bytes);
    }

    @Override
    public void close() {
        loops.forEach(
                loop -> loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS));
        product.stop();
    }
}
