// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.itests.interop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.sallyport.spi.EventLoops;
import org.sallyport.transport.tls.internal.mux.Mux;
import org.sallyport.transport.tls.internal.mux.MuxOwner;
import org.sallyport.transport.tls.internal.mux.MuxStreamChannel;
import org.sallyport.transport.tls.internal.mux.ProcessMemory;
import org.sallyport.transport.tls.internal.mux.TunnelLimits;
import org.sallyport.transport.tls.internal.mux.WindowLimits;
import org.sallyport.wire.control.Open;

/** Our mux over a plain connection: echoes what the peer opens, and opens streams whose echo it checks. */
@SuppressWarnings("FutureReturnValueIgnored") // void promises and closes: what fails shows in the streams
final class PlainMux implements MuxOwner {
    private static final long SECONDS = 60;

    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final EventLoop loop;
    private final Mux mux;

    private PlainMux(Channel connection, boolean client) {
        loop = connection.eventLoop();
        mux = new Mux(
                connection, client, this, TunnelLimits.STANDARD, WindowLimits.STANDARD, new ProcessMemory(1 << 30));
        connection.pipeline().addLast(mux);
    }

    /** Connects to a peer that listens. */
    static PlainMux dial(EventLoops loops, int port, boolean client) throws Exception {
        CompletableFuture<PlainMux> made = new CompletableFuture<>();
        EventLoop loop = loops.next();
        loop.execute(() -> {
            DuplexChannel socket = loops.socket();
            socket.pipeline().addLast(new Begin(client, made));
            loop.register(socket);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .addListener(done -> {
                        if (!done.isSuccess()) {
                            made.completeExceptionally(done.cause());
                        }
                    });
        });
        return made.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for a peer that dials; the first one only. */
    static final class Listening implements AutoCloseable {
        private final CompletableFuture<PlainMux> made = new CompletableFuture<>();
        private final Channel server;

        Listening(EventLoops loops, boolean client) throws Exception {
            server = loops.serverSocket();
            server.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    Channel child = (Channel) message;
                    child.pipeline().addLast(new Begin(client, made));
                    loops.next().register(child);
                }
            });
            loops.next().register(server).sync();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync();
        }

        int port() {
            return ((InetSocketAddress) server.localAddress()).getPort();
        }

        PlainMux accept() throws Exception {
            return made.get(SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            server.close().syncUninterruptibly();
        }
    }

    /** Opens streams at once, sends on each, and checks that the same comes back and then the end. */
    void checkEchoes(int streams, int bytes) throws Exception {
        CompletableFuture<?>[] all = new CompletableFuture<?>[streams];
        for (int seed = 0; seed < streams; seed++) {
            CheckedEcho echo = new CheckedEcho(seed, bytes);
            mux.openRaw(echo);
            all[seed] = echo.done();
        }
        CompletableFuture.allOf(all).get(SECONDS, TimeUnit.SECONDS);
    }

    long ping() throws Exception {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        loop.execute(() -> mux.ping().addListener(done -> {
            if (done.isSuccess()) {
                answer.complete((Long) done.getNow());
            } else {
                answer.completeExceptionally(done.cause());
            }
        }));
        return answer.get(SECONDS, TimeUnit.SECONDS);
    }

    void close() {
        loop.execute(() -> mux.close("the test is over"));
    }

    String awaitClosed() throws Exception {
        return closed.get(SECONDS, TimeUnit.SECONDS);
    }

    int openStreams() {
        return mux.openStreams();
    }

    @Override
    public Welcome welcome(int streamId) {
        return Welcome.RAW;
    }

    @Override
    public void opens(int streamId) {
        // the IDs of an interop test do not come to an end
    }

    @Override
    public void opened(MuxStreamChannel stream) {
        stream.pipeline().addLast(new Echo());
        stream.config().setAutoRead(true);
    }

    @Override
    public void requested(MuxStreamChannel stream, Open open) {
        throw new AssertionError("no stream here begins with OPEN");
    }

    @Override
    public void goneAway() {
        // the peer closes by itself
    }

    @Override
    public void ended(MuxStreamChannel stream) {
        // nobody counts
    }

    @Override
    public void closed(String reason) {
        closed.complete(reason);
    }

    @Override
    public void over() {
        // no stream ends after the connection here
    }

    /** Adds the mux once the connection is up. */
    private static final class Begin extends ChannelInboundHandlerAdapter {
        private final boolean client;
        private final CompletableFuture<PlainMux> made;

        Begin(boolean client, CompletableFuture<PlainMux> made) {
            this.client = client;
            this.made = made;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            PlainMux plain = new PlainMux(context.channel(), client);
            context.pipeline().remove(this);
            made.complete(plain);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
            if (!context.channel().isWritable()) {
                context.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ((DuplexChannel) context.channel()).shutdownOutput();
            }
        }
    }

    /** Sends a pattern as credit allows, and compares what comes. */
    private static final class CheckedEcho extends ChannelInboundHandlerAdapter {
        private static final int BLOCK = 50_000;

        private final int seed;
        private final int size;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int sent;
        private int received;

        CheckedEcho(int seed, int size) {
            this.seed = seed;
            this.size = size;
        }

        CompletableFuture<Void> done() {
            return done;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            send(context);
            if (size == 0) {
                ((DuplexChannel) context.channel()).shutdownOutput();
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            send(context);
        }

        private void send(ChannelHandlerContext context) {
            while (sent < size && context.channel().isWritable()) {
                int length = Math.min(BLOCK, size - sent);
                byte[] bytes = new byte[length];
                for (int each = 0; each < length; each++) {
                    bytes[each] = pattern(sent + each);
                }
                ByteBuf block = context.alloc().directBuffer(length).writeBytes(bytes);
                sent += length;
                context.writeAndFlush(block, context.voidPromise());
                if (sent == size) {
                    ((DuplexChannel) context.channel()).shutdownOutput();
                }
            }
        }

        private byte pattern(int at) {
            return (byte) (at * 31 + (at >> 8) * 7 + seed);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            // one access: each is recorded by the leak detector
            byte[] bytes = ByteBufUtil.getBytes(data);
            for (byte each : bytes) {
                if (each != pattern(received)) {
                    done.completeExceptionally(
                            new AssertionError("stream " + seed + ": byte " + received + " differs"));
                }
                received++;
            }
            data.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                if (received == size) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(new AssertionError("stream " + seed + ": the end after " + received));
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            done.completeExceptionally(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            done.completeExceptionally(new AssertionError("stream " + seed + ": closed after " + received));
        }
    }
}
