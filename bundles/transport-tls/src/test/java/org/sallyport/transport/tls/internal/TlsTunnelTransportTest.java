// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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
import org.sallyport.api.pki.Fingerprints;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.service.LimitView;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.testkit.NioLoops;
import org.sallyport.testkit.PoorLoops;
import org.sallyport.testkit.TestAuthority;

/** Tunnels over real sockets, with both implementations of TLS. */
@ParameterizedClass
@EnumSource(
        value = SslProvider.class,
        names = {"OPENSSL", "JDK"})
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not arrive
class TlsTunnelTransportTest {
    private static final String SERVER = "k3v9.sallyport";
    private static final OpenRequest REQUEST = new OpenRequest(
            new DestinationId("AAAAAAAAAAA_bbbbb"),
            7,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 15000),
            Map.of("sni", "db.example"),
            99);

    @Parameter
    SslProvider provider;

    private final NioLoops loops = new NioLoops(2);
    private final PoorLoops poor = new PoorLoops(loops);
    private final TestAuthority authority = new TestAuthority("tunnel CA");
    private final KeyMaterial clientKey = TestAuthority.selfSigned("client");
    private final BlockingQueue<Tunnel> arrivals = new LinkedBlockingQueue<>();
    private volatile LimitSettings limits = LimitSettings.DEFAULTS;
    private TlsTunnelTransport transport;

    @AfterEach
    void stop() {
        if (transport != null) {
            transport.stop();
        }
        loops.close();
    }

    @Test
    void aStreamCarriesBytesBothWaysAndEndsWithBothHalves() throws Exception {
        Pair pair = connect();
        CompletableFuture<OpenRequest> seen = new CompletableFuture<>();
        pair.server.admit((stream, request) -> {
            seen.complete(request);
            stream.pipeline().addLast(new Echo());
            stream.reply(OpenReply.OK);
            stream.config().setAutoRead(true);
        });
        Collect collect = new Collect();
        StreamChannel stream = pair.client.open(REQUEST, collect);

        assertThat(await(stream.opened())).isEqualTo(OpenReply.OK);
        stream.writeAndFlush(Unpooled.copiedBuffer("hello, ", StandardCharsets.UTF_8));
        stream.writeAndFlush(Unpooled.copiedBuffer("world", StandardCharsets.UTF_8));
        stream.shutdownOutput();

        assertThat(collect.text.get(10, TimeUnit.SECONDS)).isEqualTo("hello, world");
        await(stream.closeFuture());
        assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo(REQUEST);
    }

    @Test
    void changedLimitsHoldForTunnelsThatBeginAfterwards() throws Exception {
        Pair before = connect();
        limits = LimitSettings.of(
                Map.of("tunnel.streams", "2", "window.most", "1m", "tunnel.dead", "9"), new Properties());
        Pair after = connect();
        for (Pair pair : List.of(before, after)) {
            pair.server.admit((stream, request) -> stream.reply(OpenReply.OK));
            // beside the control stream
            assertThat(await(pair.client.open(REQUEST, new Collect()).opened())).isEqualTo(OpenReply.OK);
        }

        assertThat(await(before.client.open(REQUEST, new Collect()).opened())).isEqualTo(OpenReply.OK);
        assertThatThrownBy(() -> await(after.client.open(REQUEST, new Collect()).opened()))
                .isInstanceOf(StreamResetException.class);
        assertThat(before.server.limits()).containsExactlyElementsOf(limits(LimitSettings.DEFAULTS, 2));
        assertThat(after.server.limits()).containsExactlyElementsOf(limits(limits, 1));
    }

    private static List<LimitView> limits(LimitSettings settings, long streams) {
        return List.of(
                LimitView.count("tunnel.streams", settings.tunnel().streams(), streams),
                LimitView.count("tunnel.opens", settings.tunnel().opens(), 0L),
                LimitView.time("tunnel.quiet", settings.tunnel().quiet()),
                LimitView.time("tunnel.dead", settings.tunnel().dead()),
                LimitView.bytes("window.most", settings.windows().most(), null),
                LimitView.bytes("window.tunnel", settings.windows().tunnel(), 0L));
    }

    @Test
    void whatIsUsedOfItsLimitsIsShown() throws Exception {
        Pair pair = connect();
        BlockingQueue<StreamChannel> asked = new LinkedBlockingQueue<>();
        pair.server.admit((stream, request) -> {
            stream.config().setAutoRead(false);
            asked.add(stream);
        });
        StreamChannel sender = pair.client.open(REQUEST, new Collect());
        StreamChannel stalled = asked.poll(10, TimeUnit.SECONDS);
        assertThat(stalled).isNotNull();
        // its answer tells that what was sent before has been seen
        await(pair.client.ping());
        assertThat(used(pair.server.limits(), "tunnel.opens")).isEqualTo(1);

        stalled.eventLoop().execute(() -> stalled.reply(OpenReply.OK));
        assertThat(await(sender.opened())).isEqualTo(OpenReply.OK);
        assertThat(used(pair.server.limits(), "tunnel.opens")).isZero();
        // a PING overtakes what waits, so not before that has left
        await(sender.writeAndFlush(Unpooled.wrappedBuffer(new byte[50_000])));
        await(pair.client.ping());
        assertThat(pair.server.stats().heldBytes()).isEqualTo(50_000);
        assertThat(used(transport.limits(), "memory.process")).isEqualTo(50_000);

        stalled.eventLoop().execute(() -> stalled.config().setAutoRead(true));
        await(pair.server.ping());
        assertThat(pair.server.stats().heldBytes()).isZero();
        assertThat(used(transport.limits(), "memory.process")).isZero();
    }

    @Test
    void theBoundOfTheProcessMovesUnderRunningTunnels() throws Exception {
        connect();
        assertThat(most(transport.limits(), "memory.process")).isEqualTo(PlatformDependent.maxDirectMemory() / 4);
        limits = LimitSettings.of(Map.of("memory.process", "3m", "attach.total", "7"), new Properties());
        assertThat(most(transport.limits(), "memory.process")).isEqualTo(3 << 20);
        assertThat(most(transport.limits(), "attach.total")).isEqualTo(7);
    }

    private static Long used(List<LimitView> views, String key) {
        return view(views, key).used();
    }

    private static long most(List<LimitView> views, String key) {
        return view(views, key).most();
    }

    private static LimitView view(List<LimitView> views, String key) {
        return views.stream().filter(each -> each.key().equals(key)).findFirst().orElseThrow();
    }

    @Test
    void theServerOpensStreamsToo() throws Exception {
        Pair pair = connect();
        pair.client.admit((stream, request) ->
                stream.reply(new OpenReply(OpenCode.CONNECTION_REFUSED, "nobody listens on db:5432")));
        pair.server.admit((stream, request) -> stream.reply(OpenReply.OK));
        StreamChannel stream = pair.server.open(REQUEST, new Collect());

        assertThat(await(stream.opened()))
                .isEqualTo(new OpenReply(OpenCode.CONNECTION_REFUSED, "nobody listens on db:5432"));
        await(stream.closeFuture());
        assertThat(pair.server.stats().openStreams()).isZero();
    }

    @Test
    void aTunnelKnowsItsPeer() throws Exception {
        Pair pair = connect();

        assertThat(pair.server.peer().keyFingerprint())
                .isEqualTo(Fingerprints.of(clientKey.certificate().getPublicKey()));
        assertThat(pair.client.peer().tls()).startsWith("TLSv1.3 TLS_AES_");
        assertThat(pair.client.transport()).contains(provider == SslProvider.JDK ? "JDK" : "BoringSSL");
        assertThat(await(pair.client.ping())).isPositive();
        assertThat(pair.client.stats().rttNanos()).isPositive();
    }

    @Test
    void streamsAreRefusedBeforeARoleAdmitsThem() throws Exception {
        Pair pair = connect();
        StreamChannel stream = pair.client.open(REQUEST, new Collect());

        assertThatThrownBy(() -> await(stream.opened())).isInstanceOfSatisfying(StreamResetException.class, reset -> {
            assertThat(reset.kind()).isEqualTo(StreamResetException.Kind.REFUSED);
            assertThat(reset.retryable()).isTrue();
        });
    }

    @Test
    void theEndOfTheControlStreamIsTheEndOfTheTunnel() throws Exception {
        Pair pair = connect();
        pair.server.admit((stream, request) -> stream.reply(OpenReply.OK));
        CompletableFuture<String> heard = new CompletableFuture<>();
        pair.client.eventLoop().execute(() -> {
            pair.client.control().pipeline().addLast(new Collect(heard));
            pair.client.control().config().setAutoRead(true);
        });
        pair.server.control().write(Unpooled.copiedBuffer("last words", StandardCharsets.UTF_8));
        pair.server.close("terminated");

        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("last words");
        assertThat(await(pair.server.closed())).isEqualTo("terminated");
        assertThat(await(pair.client.closed())).isEqualTo("the other end ended the tunnel");
        assertThat(pair.client.usable()).isFalse();
    }

    @Test
    void lastWordsAreHeardThoughTheOtherEndWasStillTalking() throws Exception {
        Pair pair = connect();
        pair.server.admit((stream, request) -> stream.reply(OpenReply.OK));
        CompletableFuture<String> heard = new CompletableFuture<>();
        CountDownLatch talked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        await(pair.client.eventLoop().submit(() -> {
            pair.client.control().pipeline().addLast(new Collect(heard));
            pair.client.control().config().setAutoRead(true);
        }));
        // neither end reads while the other speaks, and the client goes on before it reads
        pair.server.eventLoop().execute(() -> {
            awaitUninterruptibly(talked);
            pair.server.control().write(Unpooled.copiedBuffer("last words", StandardCharsets.UTF_8));
            pair.server.close("terminated");
        });
        await(pair.client.control().writeAndFlush(Unpooled.copiedBuffer("by the way", StandardCharsets.UTF_8)));
        pair.client.eventLoop().execute(() -> {
            awaitUninterruptibly(ended);
            pair.client.control().writeAndFlush(Unpooled.copiedBuffer("and", StandardCharsets.UTF_8));
        });
        talked.countDown();
        // by then a socket that was closed is gone for the system, too
        await(pair.server.eventLoop().schedule(() -> {}, 100, TimeUnit.MILLISECONDS));
        ended.countDown();

        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("last words");
        assertThat(await(pair.client.closed())).isEqualTo("the other end ended the tunnel");
        assertThat(await(pair.server.closed())).isEqualTo("terminated");
    }

    @Test
    void theLossOfTheTunnelEndsItsStreams() throws Exception {
        Pair pair = connect();
        pair.server.admit((stream, request) -> stream.reply(OpenReply.OK));
        Collect carrying = new Collect();
        StreamChannel stream = pair.client.open(REQUEST, carrying);
        await(stream.opened());
        pair.server.close("stopped");

        await(stream.closeFuture());
        assertThat(carrying.text).isCompletedExceptionally();
        StreamChannel late = pair.client.open(REQUEST, new Collect());
        assertThatThrownBy(() -> await(late.opened())).isInstanceOf(StreamResetException.class);
    }

    @Test
    void aDrainingTunnelLetsOpenStreamsFinish() throws Exception {
        Pair pair = connect();
        pair.server.admit((stream, request) -> {
            stream.pipeline().addLast(new Echo());
            stream.reply(OpenReply.OK);
            stream.config().setAutoRead(true);
        });
        Collect collect = new Collect();
        StreamChannel stream = pair.client.open(REQUEST, collect);
        await(stream.opened());
        Future<Void> drained = pair.server.drain(Duration.ofSeconds(30));
        stream.writeAndFlush(Unpooled.copiedBuffer("still", StandardCharsets.UTF_8));
        stream.shutdownOutput();

        assertThat(collect.text.get(10, TimeUnit.SECONDS)).isEqualTo("still");
        await(drained);
        assertThat(await(pair.server.closed())).isEqualTo("drained");
    }

    @Test
    void aServerWithAnotherCaIsNotBelieved() throws Exception {
        TunnelListener port = listen(new TestAuthority("tunnel CA").issue(SERVER));

        assertThatThrownBy(() -> await(transport.connect(target(port, SERVER))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another server answered")
                .hasMessageContaining("was not issued by the CA that the token names");
    }

    @Test
    void aServerWithAnotherNameIsNotBelieved() throws Exception {
        TunnelListener port = listen(authority.issue("other.sallyport"));

        assertThatThrownBy(() -> await(transport.connect(target(port, SERVER))))
                .hasMessageContaining("its certificate names [other.sallyport]; expected " + SERVER);
    }

    @Test
    void aCertificateThatThePinnedCaDidNotSignIsNotBelievedBesideThatCasOwn() throws Exception {
        KeyMaterial forged = new TestAuthority("tunnel CA").issue(SERVER);
        X509Certificate pinned = authority.issue(SERVER).chain().get(1);
        TunnelListener port =
                listen(new KeyMaterial(forged.key(), List.of(forged.chain().get(0), pinned)));

        assertThatThrownBy(() -> await(transport.connect(target(port, SERVER))))
                .hasMessageContaining("the server's certificate does not hold");
    }

    @Test
    void anExpiredCertificateIsNotBelieved() throws Exception {
        TunnelListener port = listen(authority.issue(SERVER, Instant.now().minusSeconds(60)));

        assertThatThrownBy(() -> await(transport.connect(target(port, SERVER))))
                .hasMessageContaining("the server's certificate does not hold");
    }

    @Test
    void anotherIdentityIsShownFromNowOn() throws Exception {
        TunnelListener port = listen(authority.issue("other.sallyport"));
        port.identity(authority.issue(SERVER));

        assertThat(await(transport.connect(target(port, SERVER))).usable()).isTrue();
    }

    @Test
    void whatIsNotTlsIsClosedAtItsFirstByte() throws Exception {
        TunnelListener port = listen(authority.issue(SERVER));
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), port.address().getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write('G');
            assertThat(readEnd(socket)).isTrue();
        }
    }

    private static boolean readEnd(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) {
            return !(reset instanceof java.net.SocketTimeoutException);
        }
    }

    @Test
    void nobodyListeningIsSaidInWords() throws Exception {
        TunnelListener port = listen(authority.issue(SERVER));
        TunnelTarget target = target(port, SERVER);
        await(port.close());

        assertThatThrownBy(() -> await(transport.connect(target)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused the connection");
    }

    @Test
    void aTunnelPortThatIsTakenIsSaidInWords() throws Exception {
        TunnelListener port = listen(authority.issue(SERVER));

        assertThatThrownBy(() -> await(transport.listen(port.address(), authority.issue(SERVER), arrivals::add)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be opened");
    }

    @Test
    void aTunnelPortForWhichThereIsNoSocketIsSaidInWords() throws Exception {
        TunnelListener port = listen(authority.issue(SERVER));
        poor.missing(1);

        assertThatThrownBy(() -> await(transport.listen(port.address(), authority.issue(SERVER), arrivals::add)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be opened: too many open files");
    }

    @Test
    void aServerThatCannotBeDialledForLackOfASocketIsSaidAtOnce() throws Exception {
        TunnelTarget target = target(listen(authority.issue(SERVER)), SERVER);
        poor.missing(1);

        assertThatThrownBy(() -> await(transport.connect(target)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too many open files");
    }

    private record Pair(Tunnel client, Tunnel server) {}

    private Pair connect() throws Exception {
        TunnelListener port = listen(authority.issue(SERVER));
        Tunnel client = await(transport.connect(target(port, SERVER)));
        Tunnel server = arrivals.poll(10, TimeUnit.SECONDS);
        assertThat(server).isNotNull();
        return new Pair(client, server);
    }

    private TunnelListener listen(KeyMaterial identity) throws Exception {
        if (transport == null) {
            transport = new TlsTunnelTransport(
                    poor,
                    new TunnelTerms(new TlsContexts(provider), TunnelBounds.of(() -> limits), Wear.STANDARD),
                    InetAddress::getAllByName);
        }
        return await(
                transport.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), identity, arrivals::add));
    }

    private TunnelTarget target(TunnelListener port, String name) {
        return new TunnelTarget(
                new HostPort("127.0.0.1", port.address().getPort()),
                name,
                Set.of(authority.pin()),
                clientKey,
                null,
                Duration.ofSeconds(10));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        assertThat(future.await(10, TimeUnit.SECONDS)).as("done within 10 s").isTrue();
        if (future.cause() instanceof Exception cause) {
            throw cause;
        }
        return future.getNow();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ((DuplexChannel) context.channel()).shutdownOutput();
            }
        }
    }

    private static final class Collect extends ChannelInboundHandlerAdapter {
        final CompletableFuture<String> text;
        private final StringBuilder sofar = new StringBuilder();

        Collect() {
            this(new CompletableFuture<>());
        }

        Collect(CompletableFuture<String> text) {
            this.text = text;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf data = (ByteBuf) message;
            sofar.append(data.toString(StandardCharsets.UTF_8));
            data.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                text.complete(sofar.toString());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            text.completeExceptionally(cause);
        }
    }
}
