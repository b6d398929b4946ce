// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.DestinationId;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** A connection lasts until its stream has sent what was taken from the socket, though the socket has ended both ways. */
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not arrive
class LastBytesTest {
    /** A stream's window, and a little that waits for the reader at its far end. */
    private static final int ANSWER = MemoryTunnel.WINDOW + 1_000;

    private final TestSurroundings process = new TestSurroundings();
    private final EventLoop loop = process.loops().all().get(0);
    private final ConnectionGroup group = new ConnectionGroup();
    private final FakeConnection connection = new FakeConnection(process, loop, group).join();
    private final MemoryTunnel.Pair cable = MemoryTunnel.connect(loop, loop);
    private final Sink sink = new Sink();
    private StreamChannel socket;
    private MemoryTunnel.Pair tunnel;
    private StreamChannel far;

    @BeforeEach
    void cable() throws Exception {
        CompletableFuture<StreamChannel> arrived = new CompletableFuture<>();
        cable.other().admit((stream, request) -> {
            stream.reply(OpenReply.OK);
            arrived.complete(stream);
        });
        StreamChannel resource = cable.one().open(request(), new ChannelInboundHandlerAdapter());
        assertThat(resource.opened().await(20, TimeUnit.SECONDS)).isTrue();
        socket = arrived.get(20, TimeUnit.SECONDS);
        resource.writeAndFlush(resource.alloc().directBuffer(ANSWER).writeZero(ANSWER));
        resource.shutdownOutput();
    }

    @AfterEach
    void close() {
        cable.one().close("the end");
        tunnel.one().close("the end");
        Await.until(
                "nothing is left", () -> cable.one().isOver() && tunnel.one().isOver());
        process.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whoeverWaitsForTheConnectionWaitsForItsLastBytes(int streamLoop) throws Exception {
        endSocket(streamLoop);
        CompletableFuture<Void> drained = drain(Duration.ofSeconds(60));
        assertThat(connection.ended).isNotDone();
        assertThat(drained).isNotDone();

        far.config().setAutoRead(true);
        assertThat(sink.ended.get(20, TimeUnit.SECONDS)).isEqualTo(ANSWER);
        assertThat(connection.ended.get(20, TimeUnit.SECONDS)).isEqualTo("closed");
        drained.get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aReaderThatTakesTooLongIsResetAtTheDeadline(int streamLoop) throws Exception {
        endSocket(streamLoop);
        drain(Duration.ofMillis(20)).get(20, TimeUnit.SECONDS);
        assertThat(connection.ended.get(20, TimeUnit.SECONDS)).isEqualTo("the deadline");
        Await.until("the stream is gone", () -> tunnel.one().openStreams() == 0);
    }

    private CompletableFuture<Void> drain(Duration deadline) {
        return group.drain(each -> true, deadline, "the deadline", loop).toCompletableFuture();
    }

    /** Relays until the socket has ended both ways; the stream's far end has not been read by then. */
    private void endSocket(int streamLoop) throws Exception {
        EventLoop chosen = process.loops().all().get(streamLoop);
        tunnel = MemoryTunnel.connect(chosen, chosen);
        CompletableFuture<StreamChannel> arrived = new CompletableFuture<>();
        tunnel.other().admit((stream, request) -> {
            stream.pipeline().addLast(sink);
            stream.reply(OpenReply.OK);
            stream.shutdownOutput();
            arrived.complete(stream);
        });
        StreamEnd end = new StreamEnd(connection, chosen);
        assertThat(tunnel.one().open(request(), end).opened().await(20, TimeUnit.SECONDS))
                .isTrue();
        far = arrived.get(20, TimeUnit.SECONDS);
        connection.carriedBy(end);
        loop.submit(() -> {
                    SocketEnd made = new SocketEnd(socket, connection);
                    socket.pipeline().addLast(made);
                    made.join(end);
                })
                .get(20, TimeUnit.SECONDS);
        assertThat(socket.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
        for (int turns = 0; turns < 4; turns++) {
            loop.submit(() -> {}).get(20, TimeUnit.SECONDS);
            chosen.submit(() -> {}).get(20, TimeUnit.SECONDS);
        }
    }

    private static OpenRequest request() {
        InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        return new OpenRequest(new DestinationId("0123456789A_00000"), 1, source, source, Map.of(), 5);
    }

    /** Counts what comes until the end. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final AtomicInteger bytes = new AtomicInteger();
        private final CompletableFuture<Integer> ended = new CompletableFuture<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            bytes.addAndGet(data.readableBytes());
            data.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ended.complete(bytes.get());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ended.completeExceptionally(cause);
        }
    }
}
