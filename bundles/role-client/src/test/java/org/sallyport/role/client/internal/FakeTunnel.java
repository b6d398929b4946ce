// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamAcceptor;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.wire.control.ControlMessage;

/** A tunnel whose server is the test: it reads what the client said and answers. */
final class FakeTunnel implements Tunnel, ControlLink {
    final TunnelTarget target;
    final List<ControlMessage> sent = new ArrayList<>();
    final Promise<String> closed = ImmediateEventExecutor.INSTANCE.newPromise();
    final Promise<String> worn = ImmediateEventExecutor.INSTANCE.newPromise();
    Consumer<ControlMessage> receiver;
    Duration drainedFor;
    int openStreams;

    FakeTunnel(TunnelTarget target) {
        this.target = target;
    }

    /** What the client said last of a kind. */
    <T extends ControlMessage> T last(Class<T> kind) {
        T last = null;
        for (ControlMessage message : sent) {
            if (kind.isInstance(message)) {
                last = kind.cast(message);
            }
        }
        if (last == null) {
            throw new AssertionError("the client sent no " + kind.getSimpleName() + ", but " + sent);
        }
        return last;
    }

    <T extends ControlMessage> long count(Class<T> kind) {
        return sent.stream().filter(kind::isInstance).count();
    }

    @Override
    public void send(ControlMessage message) {
        sent.add(message);
    }

    @Override
    public EventLoop eventLoop() {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public Peer peer() {
        return new Peer(InetSocketAddress.createUnresolved("server", 9000), "00", "TLSv1.3");
    }

    @Override
    public Stats stats() {
        return new Stats(2_000_000, openStreams, 3, 4, 0, 5);
    }

    @Override
    public String transport() {
        return "fake";
    }

    @Override
    public StreamChannel control() {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public void admit(StreamAcceptor acceptor) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public StreamChannel open(OpenRequest request, ChannelHandler pipeline) {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public boolean usable() {
        return !closed.isDone() && drainedFor == null;
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        drainedFor = deadline;
        return ImmediateEventExecutor.INSTANCE.newPromise();
    }

    @Override
    public void close(String reason) {
        closed.trySuccess(reason);
    }

    @Override
    public Future<String> worn() {
        return worn;
    }

    @Override
    public Future<Long> ping() {
        throw new UnsupportedOperationException("no role asks");
    }

    @Override
    public Future<String> closed() {
        return closed;
    }
}
