// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.tunnel;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamAcceptor;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.sallyport.spi.Tunnel;

/** One side of a tunnel that ends in the same process. It has no control stream. */
public final class MemoryTunnel implements Tunnel {
    /** What a stream may send before the other end has read. */
    public static final int WINDOW = 256 * 1024;

    private final EventLoop loop;
    private final Promise<String> closed;
    private final Set<MemoryStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger opens = new AtomicInteger();
    private volatile @Nullable MemoryTunnel other;
    private volatile @Nullable StreamAcceptor acceptor;
    private volatile boolean usable = true;
    private volatile boolean dropsOpens;

    /**
     * Both sides of a tunnel.
     *
     * @param one with its own loop
     * @param other with its own loop
     */
    public record Pair(MemoryTunnel one, MemoryTunnel other) {}

    private MemoryTunnel(EventLoop loop) {
        this.loop = loop;
        closed = loop.newPromise();
    }

    /**
     * Makes a tunnel.
     *
     * @param one loop of one side
     * @param other loop of the other side, perhaps the same
     * @return both sides
     */
    public static Pair connect(EventLoop one, EventLoop other) {
        MemoryTunnel here = new MemoryTunnel(one);
        MemoryTunnel there = new MemoryTunnel(other);
        here.other = there;
        there.other = here;
        return new Pair(here, there);
    }

    private MemoryTunnel other() {
        MemoryTunnel known = other;
        if (known == null) {
            throw new IllegalStateException("not connected");
        }
        return known;
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public Peer peer() {
        return new Peer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), "0".repeat(64), "none");
    }

    @Override
    public Stats stats() {
        return new Stats(-1, streams.size(), 0, 0, 0);
    }

    @Override
    public String transport() {
        return "memory";
    }

    @Override
    public StreamChannel control() {
        throw new UnsupportedOperationException("a tunnel in memory has no control stream");
    }

    @Override
    public void admit(StreamAcceptor taker) {
        acceptor = taker;
    }

    @Override
    public StreamChannel open(OpenRequest request, ChannelHandler pipeline) {
        MemoryStream stream = new MemoryStream(this, null);
        stream.pipeline().addLast(pipeline);
        if (!usable || closed.isDone()) {
            stream.neverOpened();
            return stream;
        }
        opens.incrementAndGet();
        streams.add(stream);
        loop.register(stream).addListener(registered -> {
            if (!dropsOpens) {
                other().loop.execute(() -> other().arrive(stream, request));
            }
        });
        return stream;
    }

    private void arrive(MemoryStream opener, OpenRequest request) {
        StreamAcceptor taker = acceptor;
        if (taker == null || closed.isDone()) {
            opener.peerReset(StreamResetException.Kind.REFUSED);
            return;
        }
        MemoryStream stream = new MemoryStream(this, opener);
        stream.config().setAutoRead(false);
        streams.add(stream);
        opener.linked(stream);
        loop.register(stream).addListener(registered -> taker.accept(stream, request));
    }

    void gone(MemoryStream stream) {
        streams.remove(stream);
    }

    @Override
    public boolean usable() {
        return usable && !closed.isDone();
    }

    /** Says whether streams can be opened. */
    public void usable(boolean may) {
        usable = may;
    }

    /** From now on opens go out and are never answered. */
    public void dropOpens() {
        dropsOpens = true;
    }

    /** {@return how many streams were opened from this side} */
    public int opens() {
        return opens.get();
    }

    /** {@return how many streams there are on this side} */
    public int openStreams() {
        return streams.size();
    }

    /** {@return whether payload left on a stream that is open on this side} */
    public boolean sentPayload() {
        return streams.stream().anyMatch(MemoryStream::sentPayload);
    }

    /** {@return whether the end of the payload left on a stream that is open on this side} */
    public boolean sentEnd() {
        return streams.stream().anyMatch(MemoryStream::sentEnd);
    }

    /** {@return whether it is closed and nothing is left of its streams on both sides} */
    public boolean isOver() {
        return closed.isDone()
                && streams.isEmpty()
                && other().closed.isDone()
                && other().streams.isEmpty();
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        Promise<Void> done = loop.newPromise();
        usable = false;
        loop.schedule(() -> close("drained"), deadline.toNanos(), TimeUnit.NANOSECONDS)
                .addListener(closing -> done.setSuccess(null));
        return done;
    }

    @Override
    public void close(String reason) {
        closeSide(reason);
        other().closeSide(reason);
    }

    private void closeSide(String reason) {
        loop.execute(() -> {
            if (closed.trySuccess(reason)) {
                List.copyOf(streams).forEach(MemoryStream::tunnelLost);
            }
        });
    }

    @Override
    public Future<String> worn() {
        return loop.newPromise(); // nothing of it comes to an end
    }

    @Override
    public Future<Long> ping() {
        return loop.newSucceededFuture(1L);
    }

    @Override
    public Future<String> closed() {
        return closed;
    }
}
