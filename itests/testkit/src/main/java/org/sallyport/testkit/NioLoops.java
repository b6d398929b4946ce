// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.spi.EventLoops;

/** Event loops for tests of bundles that may not know the data plane's; close them at the end. */
public final class NioLoops implements EventLoops, AutoCloseable {
    private final EventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param count how many loops, each with its thread
     */
    public NioLoops(int count) {
        group = new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory("test-io", true), NioIoHandler.newFactory());
        group.forEach(executor -> loops.add((EventLoop) executor));
    }

    @Override
    public String kind() {
        return "nio";
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
        return new NioSocketChannel();
    }

    @Override
    public ServerChannel serverSocket() {
        return new NioServerSocketChannel();
    }

    @Override
    public DatagramChannel datagramSocket(SocketProtocolFamily family) {
        return new NioDatagramChannel(family);
    }

    @Override
    public boolean sendEmpty(DatagramChannel socket, InetSocketAddress recipient) {
        return false;
    }

    @Override
    public void limitUnsent(Channel socket, int bytes) {
        // the JDK has no such option
    }

    @Override
    public void close() {
        Future<?> ended = group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        if (!ended.awaitUninterruptibly(5, TimeUnit.SECONDS)) {
            throw new AssertionError("event loops of the test did not end within 5 s");
        }
    }
}
