// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.testkit.resource.Pattern;

/** Much is written to a peer that has sent its FIN and reads only then. */
@Timeout(60)
class HalfClosedSocketsTest {
    private static final int MUCH = 16 << 20;

    @ParameterizedTest
    @EnumSource(IoKind.class)
    void aGuardedSocketIsWrittenToAfterItsPeersEnd(IoKind kind) throws Exception {
        assertThat(read(kind, true)).isEqualTo(MUCH);
    }

    @Test
    void epollStillNeedsTheGuard() throws Exception {
        assertThat(read(IoKind.EPOLL, false))
                .as("when all of it comes, Netty has mended this: HalfClosedSockets.guard can go")
                .isLessThan(MUCH);
    }

    /** {@return how many bytes the peer got} */
    private static long read(IoKind kind, boolean guarded) throws Exception {
        assumeTrue(kind.obstacle() == null, () -> kind.word() + " is not available here");
        Properties system = new Properties();
        system.setProperty(NettyEventLoops.KIND, kind.word());
        system.setProperty(NettyEventLoops.COUNT, "1");
        NettyEventLoops loops = new NettyEventLoops(system);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DuplexChannel socket = loops.socket();
            socket.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            CompletableFuture<Boolean> ended = new CompletableFuture<>();
            if (guarded) {
                HalfClosedSockets.guard(socket);
            }
            socket.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext context, Object event) {
                    if (event == ChannelInputShutdownEvent.INSTANCE) {
                        ended.complete(true);
                    }
                }
            });
            loops.next().register(socket).sync();
            socket.connect(server.getLocalSocketAddress()).sync();
            try (Socket peer = server.accept()) {
                peer.setSoTimeout(30_000);
                peer.shutdownOutput();
                assertThat(ended.get(30, TimeUnit.SECONDS)).isTrue();
                var written =
                        socket.writeAndFlush(socket.alloc().directBuffer(MUCH).writeBytes(Pattern.bytes(MUCH)));
                written.addListener(ChannelFutureListener.CLOSE);
                return Pattern.readToEnd(peer.getInputStream());
            }
        } finally {
            loops.stop();
        }
    }
}
