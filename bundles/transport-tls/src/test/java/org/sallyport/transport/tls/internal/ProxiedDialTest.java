// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.transport.tls.internal.ScriptedProxy.HEAD;
import static org.sallyport.transport.tls.internal.ScriptedProxy.bytes;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
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
import org.sallyport.api.ProxyAddress;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.OpenRequest;
import org.sallyport.spi.OutboundProxy;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.testkit.NioLoops;
import org.sallyport.testkit.TestAuthority;

/** Tunnels through outbound proxies that a test tells what to say. Names are the test's own; no name service is asked. */
@ParameterizedClass
@EnumSource(
        value = SslProvider.class,
        names = {"OPENSSL", "JDK"})
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not arrive
class ProxiedDialTest {
    private static final String SERVER = "k3v9.sallyport";
    private static final HostPort BEHIND = new HostPort("gw.example", 9000);
    private static final String CONNECTED = "HTTP/1.1 200 Connection established\r\n\r\n";
    private static final OutboundProxy.Credentials ALICE = new OutboundProxy.Credentials("alice", "secret");
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
    private final KeyMaterial clientKey = TestAuthority.selfSigned("client");
    private final BlockingQueue<Tunnel> arrivals = new LinkedBlockingQueue<>();
    private final Map<String, InetAddress[]> names = new HashMap<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private TlsTunnelTransport transport;

    @AfterEach
    void stop() throws Exception {
        if (transport != null) {
            transport.stop();
        }
        while (!open.isEmpty()) {
            open.pop().close();
        }
        loops.close();
    }

    @Test
    void aTunnelThroughAnHttpProxyCarriesAndSaysSo() throws Exception {
        ScriptedProxy proxy = proxy().answer(HEAD, CONNECTED).then(serverPort());
        Tunnel tunnel = connect(http(proxy, null));

        assertThat(proxy.asked()).isEqualTo("CONNECT gw.example:9000 HTTP/1.1\r\nHost: gw.example:9000\r\n\r\n");
        assertThat(tunnel.transport()).endsWith(", via http proxy 127.0.0.1:" + proxy.port());
        assertThat(tunnel.peer().address()).isEqualTo(InetSocketAddress.createUnresolved("gw.example", 9000));
        assertCarries(tunnel);
    }

    @Test
    void aTunnelThroughASocks5ProxyCarries() throws Exception {
        ScriptedProxy proxy = proxy().answer(bytes(4), hex("0502"))
                .answer(bytes(3 + ALICE.user().length() + ALICE.password().length()), hex("0100"))
                .answer(bytes(4 + 1 + BEHIND.host().length() + 2), hex("0500000100000000ffff"))
                .then(serverPort());
        Tunnel tunnel = connect(proxied(ProxyAddress.Kind.SOCKS5, proxy, () -> ALICE));

        assertThat(proxy.asked()).isEqualTo("\5\2\0\2");
        assertThat(proxy.asked()).isEqualTo("\1\5alice\6secret");
        assertThat(proxy.asked()).isEqualTo("\5\1\0\3\12gw.example\43\50");
        assertThat(tunnel.transport()).endsWith(", via socks5 proxy 127.0.0.1:" + proxy.port());
        assertCarries(tunnel);
    }

    @Test
    void aTunnelThroughASocks4aProxyCarriesAndItsPasswordStaysHere() throws Exception {
        ScriptedProxy proxy =
                proxy().answer(bytes(8 + 6 + 11), hex("005a000000000000")).then(serverPort());
        Tunnel tunnel = connect(proxied(ProxyAddress.Kind.SOCKS4A, proxy, () -> ALICE));

        assertThat(proxy.asked()).isEqualTo("\4\1\43\50\0\0\0\1alice\0gw.example\0");
        assertCarries(tunnel);
    }

    @Test
    void withSocks4TheClientResolvesAndTriesEachIpv4Address() throws Exception {
        names.put("gw.example", new InetAddress[] {address(1), ipv6(), address(2)});
        ScriptedProxy proxy = proxy().answer(bytes(9), hex("005b000000000000"));

        assertRefused(proxied(ProxyAddress.Kind.SOCKS4, proxy, () -> null), "rejected by its rules");
        assertThat(proxy.asked()).isEqualTo("\4\1\43\50\177\0\0\1\0");
        assertThat(proxy.asked()).isEqualTo("\4\1\43\50\177\0\0\2\0");
        assertThat(proxy.wasAsked()).isFalse();
    }

    @Test
    void aTunnelThroughASocks4ProxyCarries() throws Exception {
        names.put("gw.example", new InetAddress[] {address(1)});
        ScriptedProxy proxy = proxy().answer(bytes(9), hex("005a000000000000")).then(serverPort());

        assertCarries(connect(proxied(ProxyAddress.Kind.SOCKS4, proxy, () -> null)));
    }

    @Test
    void socks4CannotReachAServerThatHasIpv6Only() throws Exception {
        names.put("gw.example", new InetAddress[] {ipv6()});
        ScriptedProxy proxy = proxy();

        assertRefused(
                proxied(ProxyAddress.Kind.SOCKS4, proxy, () -> null),
                "carries IPv4 only, and gw.example has no IPv4 address here",
                "or socks4a");
        names.put("2001:db8::1", names.get("gw.example"));
        assertRefused(
                target(new HostPort("2001:db8::1", 9000), proxied(ProxyAddress.Kind.SOCKS4A, proxy, () -> null), 10),
                "carries IPv4 only, and 2001:db8::1 has no IPv4 address here");
    }

    @Test
    void credentialsAreReadForEachConnection() throws Exception {
        ScriptedProxy proxy = proxy().answer(HEAD, CONNECTED).then(serverPort());
        Deque<OutboundProxy.Credentials> now =
                new ArrayDeque<>(List.of(ALICE, new OutboundProxy.Credentials("alice", "changed")));
        OutboundProxy outbound = proxied(ProxyAddress.Kind.HTTP, proxy, now::poll);
        connect(outbound);
        connect(outbound);
        connect(outbound);

        assertThat(proxy.asked()).contains("Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n");
        assertThat(proxy.asked()).contains("Proxy-Authorization: Basic YWxpY2U6Y2hhbmdlZA==\r\n");
        assertThat(proxy.asked()).doesNotContain("Authorization");
    }

    @Test
    void credentialsThatCannotBeReadStopItBeforeAnythingConnects() throws Exception {
        ScriptedProxy proxy = proxy().answer(HEAD, CONNECTED).then(serverPort());

        assertRefused(
                proxied(ProxyAddress.Kind.HTTP, proxy, () -> {
                    throw new IOException("the file is open to others");
                }),
                "the file is open to others");
        assertRefused(
                proxied(ProxyAddress.Kind.SOCKS5, proxy, () -> new OutboundProxy.Credentials("alice", "x".repeat(256))),
                "the password for the socks5 proxy 127.0.0.1:" + proxy.port() + " has 256 bytes: expected at most 255");
        assertThat(proxy.wasAsked()).isFalse();
    }

    @Test
    void aRefusalIsFinalAtTheFirstAddressOfAProxy() throws Exception {
        ScriptedProxy proxy = proxy().answer(HEAD, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        names.put("proxy.example", new InetAddress[] {address(1), address(1)});

        assertRefused(
                named("proxy.example", proxy.port()),
                "the http proxy proxy.example:" + proxy.port() + " wants credentials (407)");
        proxy.asked();
        assertThat(proxy.wasAsked()).isFalse();
    }

    @Test
    void theAddressesOfAProxyAreTriedInTurn() throws Exception {
        ScriptedProxy proxy = proxy().answer(HEAD, CONNECTED).then(serverPort());
        ScriptedProxy rubbish = ending(new ScriptedProxy(address(3), proxy.port()));
        rubbish.answer(HEAD, "SSH-2.0-Other\r\n");
        ScriptedProxy silent = ending(new ScriptedProxy(address(4), proxy.port()));
        // nobody listens at the first; the second speaks something else; the third closes at once
        names.put("proxy.example", new InetAddress[] {address(2), address(3), address(4), address(1)});

        assertCarries(connect(named("proxy.example", proxy.port())));
        rubbish.asked();
        assertThat(silent.wasAsked()).isFalse();
    }

    @Test
    void anAddressFromWhichNothingComesLeavesTimeForTheNext() throws Exception {
        ScriptedProxy proxy = proxy().answer(HEAD, CONNECTED).then(serverPort());
        deaf(address(5), proxy.port());
        names.put("proxy.example", new InetAddress[] {address(5), address(1)});

        assertCarries(await(transport().connect(target(BEHIND, named("proxy.example", proxy.port()), 4))));
    }

    /** Nobody accepts there and the queue is full, so that the system does not answer any more. */
    private void deaf(InetAddress address, int port) throws IOException {
        ending(new ServerSocket(port, 1, address));
        for (int i = 0; i < 8; i++) {
            SocketChannel waiting = ending(SocketChannel.open());
            waiting.configureBlocking(false);
            waiting.connect(new InetSocketAddress(address, port));
        }
    }

    @Test
    void aProxyThatCannotBeReachedIsNamed() throws Exception {
        ScriptedProxy proxy = proxy();
        int port = proxy.port();
        proxy.close();

        assertRefused(http(proxy, null), "the http proxy 127.0.0.1:" + port + ": it refused the connection");
        assertRefused(
                named("nowhere.example", 3128),
                "the name nowhere.example of the http proxy nowhere.example:3128 is not known here");
    }

    @Test
    void aProxyThatClosesOrSpeaksSomethingElseIsNamed() throws Exception {
        assertRefused(http(proxy(), null), "http proxy 127.0.0.1:", "closed the connection before it answered");
        assertRefused(
                http(proxy().answer(HEAD, "220 mail.example ESMTP\r\n").thenNothing(), null),
                "is no such proxy: it began with '220 mail.example ESM");
        assertRefused(
                proxied(ProxyAddress.Kind.SOCKS5, proxy().answer(bytes(3), "HTTP/1.1 400 Bad\r\n\r\n"), () -> null),
                "is no such proxy: it began with '0x");
    }

    @Test
    void aHeadWithoutEndIsCutOff() throws Exception {
        assertRefused(
                http(
                        proxy().answer(HEAD, "HTTP/1.1 200 OK\r\n" + "X-Filler: 0123456789\r\n".repeat(10_000))
                                .thenNothing(),
                        null),
                "does not come to an end with its answer");
    }

    @Test
    void aProxyThatHangsCostsTheTimeOfTheWholeAttempt() throws Exception {
        assertRefused(
                target(BEHIND, http(proxy().thenNothing(), null), 1),
                "the http proxy 127.0.0.1:",
                "did not answer within 1 s");
        assertRefused(
                target(BEHIND, http(proxy().answer(HEAD, CONNECTED).thenNothing(), null), 1),
                "gw.example:9000, through the http proxy 127.0.0.1:",
                "did not answer within 1 s");
    }

    @Test
    void behindAProxyTheServerIsVerifiedAsWithoutOne() throws Exception {
        ScriptedProxy proxy =
                proxy().answer(HEAD, CONNECTED).then(listen(new TestAuthority("tunnel CA").issue(SERVER)));
        names.put("proxy.example", new InetAddress[] {address(1), address(1)});

        assertRefused(
                named("proxy.example", proxy.port()),
                "was not issued by the CA that the token names",
                "; through the http proxy proxy.example:" + proxy.port());
        // and the proxy's other address leads to the same server
        proxy.asked();
        assertThat(proxy.wasAsked()).isFalse();
    }

    @Test
    void whatIsNotOursBehindAProxyIsSaidInWords() throws Exception {
        assertRefused(
                http(
                        proxy().answer(HEAD, CONNECTED + "220 mail.example ESMTP\r\n")
                                .thenNothing(),
                        null),
                "it is not a Sallyport server",
                "; through the http proxy 127.0.0.1:");
        assertRefused(
                http(proxy().answer(HEAD, CONNECTED), null),
                "the connection was closed during the TLS handshake; through the http proxy");
    }

    private void assertCarries(Tunnel client) throws Exception {
        Tunnel server = arrivals.poll(10, TimeUnit.SECONDS);
        assertThat(server).isNotNull();
        server.admit((stream, request) -> {
            stream.pipeline().addLast(new Echo());
            stream.reply(OpenReply.OK);
            stream.config().setAutoRead(true);
        });
        CompletableFuture<String> heard = new CompletableFuture<>();
        StreamChannel stream = client.open(REQUEST, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf data = (ByteBuf) message;
                heard.complete(data.toString(StandardCharsets.UTF_8));
                data.release();
            }
        });
        assertThat(await(stream.opened())).isEqualTo(OpenReply.OK);
        stream.writeAndFlush(Unpooled.copiedBuffer("hello", US_ASCII));

        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private void assertRefused(OutboundProxy proxy, String... words) throws Exception {
        assertRefused(target(BEHIND, proxy, 10), words);
    }

    private void assertRefused(TunnelTarget target, String... words) throws Exception {
        assertThatThrownBy(() -> await(transport().connect(target)))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
    }

    private Tunnel connect(OutboundProxy proxy) throws Exception {
        return await(transport().connect(target(BEHIND, proxy, 10)));
    }

    private TunnelTarget target(HostPort server, OutboundProxy proxy, int seconds) {
        return new TunnelTarget(server, SERVER, Set.of(authority.pin()), clientKey, proxy, Duration.ofSeconds(seconds));
    }

    private ScriptedProxy proxy() {
        return ending(new ScriptedProxy());
    }

    private <T extends AutoCloseable> T ending(T closing) {
        open.push(closing);
        return closing;
    }

    private static OutboundProxy http(ScriptedProxy proxy, OutboundProxy.Credentials credentials) {
        return proxied(ProxyAddress.Kind.HTTP, proxy, () -> credentials);
    }

    private static OutboundProxy proxied(ProxyAddress.Kind kind, ScriptedProxy proxy, OutboundProxy.Login login) {
        return new OutboundProxy(new ProxyAddress(kind, new HostPort("127.0.0.1", proxy.port())), login);
    }

    private static OutboundProxy named(String host, int port) {
        return new OutboundProxy(new ProxyAddress(ProxyAddress.Kind.HTTP, new HostPort(host, port)), () -> null);
    }

    private int serverPort() throws Exception {
        return listen(authority.issue(SERVER));
    }

    private int listen(KeyMaterial identity) throws Exception {
        TunnelListener port = await(transport()
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), identity, arrivals::add));
        return port.address().getPort();
    }

    private TlsTunnelTransport transport() {
        if (transport == null) {
            transport = new TlsTunnelTransport(
                    loops,
                    new TunnelTerms(
                            new TlsContexts(provider), TunnelBounds.of(() -> LimitSettings.DEFAULTS), Wear.STANDARD),
                    this::addressesOf);
        }
        return transport;
    }

    private InetAddress[] addressesOf(String host) throws UnknownHostException {
        if (host.equals("127.0.0.1")) {
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        }
        InetAddress[] known = names.get(host);
        if (known == null) {
            throw new UnknownHostException(host);
        }
        return known;
    }

    private static InetAddress address(int last) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    private static InetAddress ipv6() throws UnknownHostException {
        return InetAddress.getByAddress(hex("20010db8000000000000000000000001"));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static <T> T await(Future<T> future) throws Exception {
        assertThat(future.await(20, TimeUnit.SECONDS)).as("done within 20 s").isTrue();
        if (future.cause() instanceof Exception cause) {
            throw cause;
        }
        return future.getNow();
    }
}
