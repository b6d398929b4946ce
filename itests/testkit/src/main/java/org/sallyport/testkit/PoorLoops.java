// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.spi.EventLoops;

/** Event loops of a process that is out of file descriptors now and then. */
public final class PoorLoops implements EventLoops {
    private final EventLoops rich;
    private final AtomicInteger missing = new AtomicInteger();

    /**
     * @param rich what it stands on
     */
    public PoorLoops(EventLoops rich) {
        this.rich = rich;
    }

    /**
     * From now on there are no sockets.
     *
     * @param times how often nobody gets one
     */
    public void missing(int times) {
        missing.set(times);
    }

    private void need() {
        if (missing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new ChannelException("too many open files", new IOException("too many open files"));
        }
    }

    @Override
    public String kind() {
        return rich.kind();
    }

    @Override
    public List<EventLoop> all() {
        return rich.all();
    }

    @Override
    public EventLoop next() {
        return rich.next();
    }

    @Override
    public DuplexChannel socket() {
        need();
        return rich.socket();
    }

    @Override
    public ServerChannel serverSocket() {
        need();
        return rich.serverSocket();
    }

    @Override
    public DatagramChannel datagramSocket(SocketProtocolFamily family) {
        need();
        return rich.datagramSocket(family);
    }

    @Override
    public boolean sendEmpty(DatagramChannel socket, InetSocketAddress recipient) {
        return rich.sendEmpty(socket, recipient);
    }

    @Override
    public void limitUnsent(Channel socket, int bytes) {
        rich.limitUnsent(socket, bytes);
    }
}
