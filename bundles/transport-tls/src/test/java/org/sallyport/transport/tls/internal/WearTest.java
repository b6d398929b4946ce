// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.DestinationId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.testkit.NioLoops;
import org.sallyport.testkit.TestAuthority;

/** Tunnels that come to an end of something, and how they end. */
@ParameterizedClass
@EnumSource(
        value = SslProvider.class,
        names = {"OPENSSL", "JDK"})
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not arrive
class WearTest {
    private static final String SERVER = "k3v9.sallyport";
    private static final long IDS = 1L << 32;
    private static final long MUCH = Long.MAX_VALUE;
    private static final OpenRequest REQUEST = new OpenRequest(
            new DestinationId("AAAAAAAAAAA_bbbbb"),
            7,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 15000),
            Map.of(),
            99);

    @Parameter
    SslProvider provider;

    private final NioLoops loops = new NioLoops(2);
    private final TestAuthority authority = new TestAuthority("tunnel CA");
    private final BlockingQueue<Tunnel> arrivals = new LinkedBlockingQueue<>();
    private final List<TlsTunnelTransport> transports = new ArrayList<>();
    private Tunnel client;
    private Tunnel server;

    @AfterEach
    void stop() {
        transports.forEach(TlsTunnelTransport::stop);
        loops.close();
    }

    @Test
    void bothEndsNoticeThatTheIdsOfEitherEndComeToAnEnd() throws Exception {
        connect(new Wear(IDS - 100, IDS - 97, MUCH, MUCH));
        carry(server);
        carry(server);
        assertThat(client.worn().isDone()).isFalse();
        assertThat(server.worn().isDone()).isFalse();
        carry(server);

        assertThat(await(server.worn())).isEqualTo("its stream IDs come to an end: 4294967200 is used");
        await(client.worn());
        assertThat(client.usable()).isTrue();
        assertThat(server.usable()).isTrue();
    }

    @Test
    void whenItsIdsAreUsedUpATunnelRefusesToOpenAndSaysWhy() throws Exception {
        connect(new Wear(IDS - 8, IDS - 8, MUCH, MUCH));
        while (client.usable()) {
            carry(client);
        }
        StreamChannel late = client.open(REQUEST, new End());

        assertThatThrownBy(() -> await(late.opened())).isInstanceOfSatisfying(StreamResetException.class, refused -> {
            assertThat(refused.retryable()).isTrue();
            assertThat(refused).hasMessageContaining("out of stream IDs");
        });
        carry(server); // which has IDs of its own
        assertThat(await(client.ping())).isPositive();
    }

    @Test
    void theRecordsOfAKeyAreCountedUnlessTlsChangesKeysItself() throws Exception {
        connect(new Wear(1, IDS, 40, MUCH));
        for (int each = 0; each < 40; each++) {
            carry(client);
        }
        if (provider == SslProvider.JDK) {
            assertThat(client.worn().isDone() || server.worn().isDone()).isFalse();
        } else {
            assertThat(await(client.worn())).contains("TLS records").contains("under one key");
            assertThat(await(server.worn())).contains("TLS records").contains("under one key");
        }
    }

    @Test
    void whatIsOpenedWhileTheOtherEndBeginsToDrainIsRefusedAndNotLost() throws Exception {
        connect(Wear.STANDARD);
        List<StreamChannel> opened = new ArrayList<>();
        for (int round = 0; round < 40; round++) {
            StreamChannel stream = client.open(REQUEST, new End());
            stream.writeAndFlush(Unpooled.copyLong(1));
            opened.add(stream);
            if (round == 20) {
                server.drain(Duration.ofSeconds(30));
            }
        }
        for (StreamChannel stream : opened) {
            stream.opened().await(10, TimeUnit.SECONDS);
            if (!stream.opened().isSuccess()) {
                assertThat(stream.opened().cause())
                        .isInstanceOfSatisfying(StreamResetException.class, reset -> assertThat(reset.retryable())
                                .as("%s", reset)
                                .isTrue());
            }
            stream.shutdownOutput();
        }
        assertThat(await(server.closed())).isEqualTo("drained");
    }

    @Test
    void anEarlierDeadlineOfALaterDrainCounts() throws Exception {
        connect(Wear.STANDARD);
        StreamChannel stream = client.open(REQUEST, new End());
        assertThat(await(stream.opened())).isEqualTo(OpenReply.OK);
        server.drain(Duration.ofHours(1));
        server.drain(Duration.ofHours(2));
        server.drain(Duration.ofMillis(1500));
        server.drain(Duration.ofHours(1));

        assertThat(await(server.closed())).isEqualTo("the drain deadline of 1 s is over");
        assertThat(await(stream.closeFuture())).isNull();
    }

    private void carry(Tunnel opener) throws Exception {
        StreamChannel stream = opener.open(REQUEST, new End());
        assertThat(await(stream.opened())).isEqualTo(OpenReply.OK);
        stream.shutdownOutput();
        await(stream.closeFuture());
    }

    private void connect(Wear wear) throws Exception {
        TlsTunnelTransport transport = new TlsTunnelTransport(
                loops,
                new TunnelTerms(new TlsContexts(provider), TunnelBounds.of(() -> LimitSettings.DEFAULTS), wear),
                InetAddress::getAllByName);
        transports.add(transport);
        TunnelListener port = await(transport.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), authority.issue(SERVER), arrivals::add));
        client = await(transport.connect(new TunnelTarget(
                new HostPort("127.0.0.1", port.address().getPort()),
                SERVER,
                Set.of(authority.pin()),
                TestAuthority.selfSigned("client"),
                null,
                Duration.ofSeconds(10))));
        server = arrivals.poll(10, TimeUnit.SECONDS);
        assertThat(server).isNotNull();
        admit(client);
        admit(server);
    }

    private static void admit(Tunnel tunnel) {
        tunnel.admit((stream, request) -> {
            stream.pipeline().addLast(new End());
            stream.reply(OpenReply.OK);
            stream.config().setAutoRead(true);
        });
    }

    private static <T> T await(Future<T> future) throws Exception {
        assertThat(future.await(10, TimeUnit.SECONDS)).as("done within 10 s").isTrue();
        if (future.cause() instanceof Exception cause) {
            throw cause;
        }
        return future.getNow();
    }

    /** Ends when the other end does. */
    private static final class End extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ((DuplexChannel) context.channel()).shutdownOutput();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // what it means is asked of opened()
        }
    }
}
