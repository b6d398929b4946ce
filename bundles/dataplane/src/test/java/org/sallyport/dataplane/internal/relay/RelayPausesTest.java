// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.DestinationId;
import org.sallyport.dataplane.internal.TestSurroundings;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** A relay stops reading when it has to, and only then: to stop and to go on are system calls. */
@Timeout(60)
class RelayPausesTest {
    /** More than may be queued in a stream at once, less than its window. */
    private static final int BURST = 100_000;

    private final TestSurroundings process = new TestSurroundings();
    private final EventLoop loop = process.loops().all().get(1);
    private final MemoryTunnel.Pair cable = MemoryTunnel.connect(loop, loop);
    private final MemoryTunnel.Pair tunnel = MemoryTunnel.connect(loop, loop);
    private final Reads reads = new Reads();
    private final Turn turn = new Turn();
    private final Sink sink = new Sink();
    private StreamChannel resource;
    private StreamChannel socket;

    @BeforeEach
    void relay() throws Exception {
        CompletableFuture<StreamChannel> arrived = new CompletableFuture<>();
        cable.other().admit((stream, request) -> {
            stream.reply(OpenReply.OK);
            arrived.complete(stream);
        });
        tunnel.other().admit((stream, request) -> {
            stream.pipeline().addLast(sink);
            stream.reply(OpenReply.OK);
            stream.config().setAutoRead(true);
        });
        resource = cable.one().open(request(), new ChannelInboundHandlerAdapter());
        assertThat(resource.opened().await(20, TimeUnit.SECONDS)).isTrue();
        socket = arrived.get(20, TimeUnit.SECONDS);
        FakeConnection connection = new FakeConnection(process, loop, new ConnectionGroup());
        StreamEnd end = new StreamEnd(connection, loop);
        StreamChannel stream = tunnel.one().open(request(), end);
        assertThat(stream.opened().await(20, TimeUnit.SECONDS)).isTrue();
        loop.submit(() -> {
                    stream.pipeline().addFirst(turn);
                    SocketEnd made = new SocketEnd(socket, connection);
                    socket.pipeline().addFirst(reads).addLast(made);
                    made.join(end);
                })
                .get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        cable.one().close("the end");
        tunnel.one().close("the end");
        Await.until(
                "nothing is left", () -> cable.one().isOver() && tunnel.one().isOver());
        process.close();
    }

    @Test
    void aBurstThatLeavesInItsTurnStopsNothing() throws Exception {
        for (int i = 1; i <= 10; i++) {
            int bursts = i;
            send();
            Await.until("it came", () -> sink.bytes.get() == bursts * BURST);
        }
        loop.submit(() -> {}).get(20, TimeUnit.SECONDS);
        assertThat(reads.bursts).hasValueGreaterThanOrEqualTo(10);
        assertThat(reads.pauses).hasValue(0);
    }

    @Test
    void aBurstThatDoesNotLeaveStopsTheReadingUntilItDoes() throws Exception {
        turn.held = true;
        send();
        Await.until("it is paused", () -> !socket.config().isAutoRead());
        assertThat(sink.bytes).hasValue(0);
        turn.held = false;
        loop.execute(turn::end);
        Await.until("it goes on", () -> socket.config().isAutoRead());
        Await.until("it came", () -> sink.bytes.get() == BURST);
    }

    private void send() throws Exception {
        assertThat(resource.writeAndFlush(resource.alloc().directBuffer(BURST).writeZero(BURST))
                        .await(20, TimeUnit.SECONDS))
                .isTrue();
    }

    private static OpenRequest request() {
        InetSocketAddress source = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);
        return new OpenRequest(new DestinationId("0123456789A_00000"), 1, source, source, Map.of(), 5);
    }

    /** Looks after each burst, and behind all that the burst left to do, whether the socket is still read. On the loop. */
    private static final class Reads extends ChannelInboundHandlerAdapter {
        private final AtomicInteger bursts = new AtomicInteger();
        private final AtomicInteger pauses = new AtomicInteger();

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            bursts.incrementAndGet();
            context.fireChannelReadComplete();
            look(context);
            context.channel().eventLoop().execute(() -> look(context));
        }

        private void look(ChannelHandlerContext context) {
            if (!context.channel().config().isAutoRead()) {
                pauses.incrementAndGet();
            }
        }
    }

    /** Lets a stream's bytes out at the end of the turn, as a tunnel does, or later. */
    private static final class Turn extends ChannelDuplexHandler {
        private volatile boolean held;
        private ChannelHandlerContext here;

        @Override
        public void flush(ChannelHandlerContext context) {
            here = context;
            context.channel().eventLoop().execute(this::end);
        }

        void end() {
            if (!held) {
                here.flush();
            }
        }
    }

    /** Counts what comes out at the far end of the tunnel. */
    private static final class Sink extends ChannelInboundHandlerAdapter {
        private final AtomicInteger bytes = new AtomicInteger();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            bytes.addAndGet(data.readableBytes());
            data.release();
        }
    }
}
