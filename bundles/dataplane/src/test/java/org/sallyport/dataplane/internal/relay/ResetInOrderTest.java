// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.DestinationId;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.dataplane.internal.io.NettyEventLoops;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** What a peer sent before its reset arrives before it, on sockets of every kind. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not arrive
class ResetInOrderTest {
    /** A stream's window, and a little that the kernel keeps meanwhile. */
    private static final int SENT = MemoryTunnel.WINDOW + 32 * 1024;

    private final TestSurroundings process = new TestSurroundings();
    private final Sink sink = new Sink();
    private NettyEventLoops loops;
    private MemoryTunnel.Pair tunnel;

    @AfterEach
    void close() {
        tunnel.one().close("the end");
        Await.until("nothing is left", tunnel.one()::isOver);
        loops.stop();
        process.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void whatWaitsInAFullRelayWhenAWriteFailsIsStillCarried(String io) throws Exception {
        Properties system = new Properties();
        system.setProperty("sallyport.io", io);
        system.setProperty("sallyport.io.loops", "1");
        loops = new NettyEventLoops(system);
        EventLoop loop = loops.all().get(0);
        tunnel = MemoryTunnel.connect(loop, loop);
        CompletableFuture<StreamChannel> arrived = new CompletableFuture<>();
        tunnel.other().admit((stream, request) -> {
            stream.pipeline().addLast(sink);
            stream.reply(OpenReply.OK);
            arrived.complete(stream);
        });
        try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DuplexChannel socket = relay(loop, port);
            StreamChannel far = arrived.get(20, TimeUnit.SECONDS);
            try (Socket peer = port.accept()) {
                peer.getOutputStream().write(new byte[SENT]);
                Await.until("the stream is full", () -> !socket.config().isAutoRead());
                peer.setSoLinger(true, 0);
            }
            Await.until("a write has failed", () -> {
                far.writeAndFlush(far.alloc().directBuffer(1).writeZero(1), far.voidPromise());
                return socket.isOutputShutdown() || !socket.isOpen();
            });
            loop.submit(() -> {}).get(20, TimeUnit.SECONDS);

            far.config().setAutoRead(true);
            assertThat(sink.end.get(20, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(StreamResetException.class, reset -> assertThat(reset.kind())
                            .isEqualTo(StreamResetException.Kind.RESET));
            assertThat(sink.bytes).hasValue(SENT);
        }
    }

    /** {@return a socket that is connected and relayed to a stream} */
    private DuplexChannel relay(EventLoop loop, ServerSocket port) throws Exception {
        FakeConnection connection = new FakeConnection(process, loop, new ConnectionGroup());
        StreamEnd end = new StreamEnd(connection, loop);
        InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        StreamChannel stream = tunnel.one()
                .open(new OpenRequest(new DestinationId("0123456789A_00000"), 1, source, source, Map.of(), 5), end);
        assertThat(stream.opened().await(20, TimeUnit.SECONDS)).isTrue();
        DuplexChannel socket = loops.socket();
        SocketEnd made = new SocketEnd(socket, connection);
        loop.submit(() -> {
                    loop.register(socket);
                    return socket.connect(port.getLocalSocketAddress());
                })
                .get(20, TimeUnit.SECONDS)
                .get(20, TimeUnit.SECONDS);
        loop.submit(() -> {
                    socket.pipeline().addLast(made);
                    made.join(end);
                })
                .get(20, TimeUnit.SECONDS);
        return socket;
    }

    /** Counts what comes until the end, and keeps that. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final AtomicLong bytes = new AtomicLong();
        private final CompletableFuture<Throwable> end = new CompletableFuture<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            bytes.addAndGet(data.readableBytes());
            data.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end.complete(cause);
        }
    }
}
