// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.spi.EventLoops;

@Timeout(20)
class NettyEventLoopsTest {
    @ParameterizedTest
    @EnumSource(IoKind.class)
    void anAcceptedChildIsRegisteredWhereItsReaderWants(IoKind kind) throws Exception {
        assumeTrue(kind.obstacle() == null, () -> kind.word() + " is not available here");
        NettyEventLoops loops = new NettyEventLoops(properties(kind.word(), "2"));
        try {
            EventLoop acceptor = loops.all().get(0);
            EventLoop other = loops.all().get(1);
            CompletableFuture<Channel> arrived = new CompletableFuture<>();
            ServerChannel server = loops.serverSocket();
            server.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object child) {
                    arrived.complete((Channel) child);
                }
            });
            acceptor.register(server).sync();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .sync();
            InetSocketAddress address = (InetSocketAddress) server.localAddress();
            try (Socket application = new Socket(address.getAddress(), address.getPort())) {
                Channel child = arrived.get(5, TimeUnit.SECONDS);
                assertThat(child.isRegistered()).isFalse();
                loops.limitUnsent(child, 65_536);
                other.register(child).sync();
                assertThat(child.eventLoop()).isSameAs(other);
                assertThat(child.remoteAddress()).isEqualTo(application.getLocalSocketAddress());
                child.writeAndFlush(child.alloc().buffer().writeByte(7)).sync();
                assertThat(application.getInputStream().read()).isEqualTo(7);
            }
        } finally {
            loops.stop();
        }
        assertThat(loops.all()).allMatch(EventLoop::isTerminated);
    }

    @Test
    void loopsAreHandedOutInTurn() throws Exception {
        NettyEventLoops loops = new NettyEventLoops(properties("nio", "3"));
        try {
            assertThat(loops.kind()).isEqualTo("nio");
            assertThat(loops.next()).isSameAs(loops.all().get(0));
            assertThat(loops.next()).isSameAs(loops.all().get(1));
            assertThat(loops.next()).isSameAs(loops.all().get(2));
            assertThat(loops.next()).isSameAs(loops.all().get(0));
        } finally {
            loops.stop();
        }
    }

    @Test
    void byDefaultThereIsALoopForEachCoreAndEightAtMost() throws Exception {
        NettyEventLoops loops = new NettyEventLoops(new Properties());
        try {
            assertThat(((EventLoops) loops).all())
                    .hasSize(Math.min(8, Runtime.getRuntime().availableProcessors()));
        } finally {
            loops.stop();
        }
    }

    @Test
    void aWrongPropertyIsNamedTogetherWithWhatWasExpected() {
        assertThatThrownBy(() -> new NettyEventLoops(properties("kqueue", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("system property sallyport.io is 'kqueue': expected one of epoll, io_uring, nio");
        assertThatThrownBy(() -> new NettyEventLoops(properties("nio", "none")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("system property sallyport.io.loops is 'none': expected a number from 1 to 256");
    }

    private static Properties properties(String kind, String count) {
        Properties properties = new Properties();
        properties.setProperty(NettyEventLoops.KIND, kind);
        properties.setProperty(NettyEventLoops.COUNT, count);
        return properties;
    }
}
