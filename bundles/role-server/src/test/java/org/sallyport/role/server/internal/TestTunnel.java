// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.ResetMode;
import org.sallyport.spi.StreamAcceptor;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.Tunnel;

/** The server's end of a tunnel that has a real control stream and no others. */
final class TestTunnel implements Tunnel {
    private final Stream control;
    private final Peer peer;
    private final Promise<String> closed;
    final Promise<String> worn;
    volatile StreamAcceptor acceptor;
    volatile Duration drained;

    /** Whether streams are open, for which a drain waits. */
    volatile boolean carries;

    TestTunnel(Stream control, Peer peer) {
        this.control = control;
        this.peer = peer;
        this.closed = control.eventLoop().newPromise();
        this.worn = control.eventLoop().newPromise();
        control.closeFuture().addListener(end -> closed.trySuccess("the control stream ended"));
    }

    @Override
    public EventLoop eventLoop() {
        return control.eventLoop();
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Stats stats() {
        return new Stats(2_000_000, 0, 0, 0, 0, 0);
    }

    @Override
    public String transport() {
        return "test";
    }

    @Override
    public StreamChannel control() {
        return control;
    }

    @Override
    public void admit(StreamAcceptor next) {
        acceptor = next;
    }

    @Override
    public StreamChannel open(OpenRequest request, ChannelHandler pipeline) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean usable() {
        return control.isActive();
    }

    @Override
    public Future<Void> drain(Duration deadline) {
        drained = deadline;
        if (!carries) {
            close("drained");
        }
        return eventLoop().newSucceededFuture(null);
    }

    @Override
    public void close(String reason) {
        eventLoop().execute(() -> {
            control.flush();
            closed.trySuccess(reason);
            var unused = control.close();
        });
    }

    /** It is closed, though what the client has said may still have to be read. */
    void lost() {
        closed.trySuccess("lost");
    }

    @Override
    public Future<String> worn() {
        return worn;
    }

    @Override
    public Future<Long> ping() {
        return eventLoop().newSucceededFuture(2_000_000L);
    }

    @Override
    public Future<String> closed() {
        return closed;
    }

    /** A stream within this process. */
    static final class Stream extends LocalChannel implements StreamChannel {
        volatile OpenReply reply;

        Stream(LocalServerChannel parent, LocalChannel peer) {
            super(parent, peer);
        }

        Stream() {}

        @Override
        public Future<OpenReply> opened() {
            return eventLoop().newSucceededFuture(OpenReply.OK);
        }

        @Override
        public void reply(OpenReply given) {
            reply = given;
        }

        @Override
        public void reset(ResetMode mode) {
            var unused = close();
        }

        @Override
        public int headroom() {
            return 0;
        }

        @Override
        public int credit() {
            return 1;
        }

        @Override
        public void withhold(int bytes) {
            // it has no windows that could be kept small
        }

        @Override
        public boolean isInputShutdown() {
            return !isActive();
        }

        @Override
        public ChannelFuture shutdownInput() {
            return newSucceededFuture();
        }

        @Override
        public ChannelFuture shutdownInput(ChannelPromise promise) {
            return promise.setSuccess();
        }

        @Override
        public boolean isOutputShutdown() {
            return !isActive();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return newSucceededFuture();
        }

        @Override
        public ChannelFuture shutdownOutput(ChannelPromise promise) {
            return promise.setSuccess();
        }

        @Override
        public boolean isShutdown() {
            return !isActive();
        }

        @Override
        public ChannelFuture shutdown() {
            return newSucceededFuture();
        }

        @Override
        public ChannelFuture shutdown(ChannelPromise promise) {
            return promise.setSuccess();
        }
    }
}
