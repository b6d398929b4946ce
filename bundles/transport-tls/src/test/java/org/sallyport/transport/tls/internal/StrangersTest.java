// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelListener;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.testkit.NioLoops;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.transport.tls.internal.proxy.Routes;

/** What connections may cost that no role admitted. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what does not arrive
class StrangersTest {
    private static final String SERVER = "k3v9.sallyport";
    private static final int SHORT_MILLIS = 200;
    private static final int LONG_MILLIS = 600_000;

    private final NioLoops loops = new NioLoops(2);
    private final TestAuthority authority = new TestAuthority("tunnel CA");
    private final KeyMaterial clientKey = TestAuthority.selfSigned("client");
    private final BlockingQueue<Tunnel> arrivals = new LinkedBlockingQueue<>();
    private TlsTunnelTransport transport;

    @AfterEach
    void stop() {
        transport.stop();
        loops.close();
    }

    @Test
    void aHandshakeThatDoesNotGoOnIsClosedAtItsDeadline() throws Exception {
        TunnelListener port = listen(new Strangers(20, 500, SHORT_MILLIS));
        try (Socket socket = stranger(port)) {
            socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});

            assertThat(ended(socket)).isTrue();
        }
    }

    @Test
    void whoSaysNothingIsClosedAtTheDeadline() throws Exception {
        TunnelListener port = listen(new Strangers(20, 500, SHORT_MILLIS));
        try (Socket socket = stranger(port)) {
            assertThat(ended(socket)).isTrue();
        }
    }

    @Test
    void aTunnelThatIsNotAdmittedIsClosedAtTheDeadlineAndAnAdmittedOneStays() throws Exception {
        TunnelListener port = listen(new Strangers(20, 500, 2000));
        Tunnel admitted = await(transport.connect(target(port)));
        take().admit((stream, request) -> stream.reply(OpenReply.OK));
        Tunnel silent = await(transport.connect(target(port)));

        silent.closed().await(20, TimeUnit.SECONDS);
        assertThat(silent.usable()).isFalse();
        assertThat(admitted.usable()).isTrue();
        assertThat(await(admitted.ping())).isPositive();
    }

    @Test
    void tunnelsThatAreNotAdmittedCountAndTheOldestOfASourceGivesWay() throws Exception {
        TunnelListener port = listen(new Strangers(2, 500, LONG_MILLIS));
        Tunnel first = await(transport.connect(target(port)));
        Tunnel second = await(transport.connect(target(port)));
        Tunnel third = await(transport.connect(target(port)));

        assertThat(first.closed().await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(await(second.ping())).isPositive();
        assertThat(await(third.ping())).isPositive();
    }

    @Test
    void admittedTunnelsTakeNoPlace() throws Exception {
        TunnelListener port = listen(new Strangers(1, 1, LONG_MILLIS));
        List<Tunnel> tunnels = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tunnels.add(await(transport.connect(target(port))));
            take().admit((stream, request) -> stream.reply(OpenReply.OK));
            // its answer tells that the admission is done
            assertThat(await(tunnels.get(i).ping())).isPositive();
        }

        assertThat(tunnels).allMatch(Tunnel::usable);
    }

    @Test
    void noiseInTheShapeOfRecordsIsClosedWithinItsQuota() throws Exception {
        TunnelListener port = listen(new Strangers(20, 500, LONG_MILLIS));
        byte[] noise = new byte[1_000_000];
        new Random(7).nextBytes(noise);
        for (int at = 0; at + 5 < noise.length; at += 16_389) {
            // handshake records of 16 KiB, which a TLS engine would gather
            noise[at] = 22;
            noise[at + 1] = 3;
            noise[at + 2] = 1;
            noise[at + 3] = 0x40;
            noise[at + 4] = 0;
        }
        try (Socket socket = stranger(port)) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(noise);
            } catch (IOException reset) {
                // closed before all of it was taken
            }
            assertThat(ended(socket)).isTrue();
        }
    }

    @Test
    void moreThanAnAttachTakesClosesTheTunnel() throws Exception {
        TunnelListener port = listen(new Strangers(20, 500, LONG_MILLIS));
        Tunnel client = await(transport.connect(target(port)));
        client.control().writeAndFlush(Unpooled.wrappedBuffer(new byte[100_000]));

        assertThat(client.closed().await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(client.usable()).isFalse();
        // what nobody read there is let go five seconds later
        assertThat(take().closed().await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aHandshakeIsCutWhenTheTransportStops() throws Exception {
        TunnelListener port = listen(new Strangers(20, 500, LONG_MILLIS));
        try (Socket socket = stranger(port)) {
            socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
            // came later, so the one before was accepted
            await(transport.connect(target(port)));

            transport.stop();
            assertThat(ended(socket)).isTrue();
        }
    }

    @Test
    void aDialIsCutWhenTheTransportStops() throws Exception {
        transport = make(new Strangers(20, 500, LONG_MILLIS), InetAddress::getAllByName);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Future<Tunnel> dial = transport.connect(target(silent.getLocalPort()));
            try (Socket socket = silent.accept()) {
                socket.setSoTimeout(20_000);
                assertThat(socket.getInputStream().read())
                        .as("a handshake begins")
                        .isEqualTo(22);

                transport.stop();
                assertThat(dial.isDone()).isTrue();
                assertThat(dial.cause()).hasMessage("the transport stops");
                assertThat(ended(socket)).isTrue();
            }
        }
        Future<Tunnel> late = transport.connect(target(1));
        assertThat(late.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(late.cause()).hasMessage("the transport stops");
    }

    @Test
    void aLookUpIsAwaitedWhenTheTransportStops() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        transport = make(new Strangers(20, 500, LONG_MILLIS), name -> {
            asked.countDown();
            try {
                assertThat(answer.await(20, TimeUnit.SECONDS)).isFalse();
            } catch (InterruptedException stopped) {
                over.set(true);
            }
            throw new UnknownHostException(name);
        });
        Future<Tunnel> dial = transport.connect(target(1));
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        transport.stop();
        assertThat(over).isTrue();
        assertThat(dial.cause()).hasMessage("the transport stops");
    }

    private static Socket stranger(TunnelListener port) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), port.address().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Whether the server ended it, in whatever way; an alert may come before. */
    private static boolean ended(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private Tunnel take() throws InterruptedException {
        Tunnel arrived = arrivals.poll(20, TimeUnit.SECONDS);
        assertThat(arrived).isNotNull();
        return arrived;
    }

    private TunnelListener listen(Strangers bounds) throws Exception {
        transport = make(bounds, InetAddress::getAllByName);
        return await(transport.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), authority.issue(SERVER), arrivals::add));
    }

    private TlsTunnelTransport make(Strangers bounds, Routes.Names names) {
        LimitSettings standard = LimitSettings.DEFAULTS;
        LimitSettings limits = new LimitSettings(
                new LimitSettings.Attaching(
                        bounds.perSource(), bounds.total(), Duration.ofMillis(bounds.patienceMillis())),
                standard.tunnel(),
                standard.windows(),
                standard.shared(),
                standard.ingress(),
                standard.http());
        return new TlsTunnelTransport(
                loops,
                new TunnelTerms(new TlsContexts(SslProvider.OPENSSL), TunnelBounds.of(() -> limits), Wear.STANDARD),
                names);
    }

    private TunnelTarget target(TunnelListener port) {
        return target(port.address().getPort());
    }

    private TunnelTarget target(int port) {
        return new TunnelTarget(
                new HostPort("127.0.0.1", port),
                SERVER,
                Set.of(authority.pin()),
                clientKey,
                null,
                Duration.ofSeconds(20));
    }

    private static <T> T await(Future<T> future) throws Exception {
        assertThat(future.await(20, TimeUnit.SECONDS)).as("done within 20 s").isTrue();
        if (future.cause() instanceof Exception cause) {
            throw cause;
        }
        return future.getNow();
    }
}
