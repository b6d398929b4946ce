// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslProvider;
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
import java.util.stream.Collectors;
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

/** Tunnels are spread evenly over the event loops of both ends, whoever else takes loops in turn. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SpreadTest {
    private static final String SERVER = "k3v9.sallyport";
    private static final int LOOPS = 3;

    private final NioLoops clientLoops = new NioLoops(LOOPS);
    private final NioLoops serverLoops = new NioLoops(LOOPS);
    private final TestAuthority authority = new TestAuthority("tunnel CA");
    private final KeyMaterial clientKey = TestAuthority.selfSigned("client");
    private final BlockingQueue<Tunnel> arrivals = new LinkedBlockingQueue<>();
    private final List<Tunnel> clientEnds = new ArrayList<>();
    private final List<Tunnel> serverEnds = new ArrayList<>();
    private final TlsTunnelTransport client = transport(clientLoops);
    private final TlsTunnelTransport server = transport(serverLoops);

    private static TlsTunnelTransport transport(NioLoops loops) {
        return new TlsTunnelTransport(
                loops,
                new TunnelTerms(
                        new TlsContexts(SslProvider.JDK), TunnelBounds.of(() -> LimitSettings.DEFAULTS), Wear.STANDARD),
                InetAddress::getAllByName);
    }

    @AfterEach
    void stop() {
        client.stop();
        server.stop();
        clientLoops.close();
        serverLoops.close();
    }

    @Test
    void tunnelsAreSpreadWhateverElseTakesLoops() throws Exception {
        TunnelListener port = listen();
        for (int i = 0; i < 2 * LOOPS; i++) {
            connect(port);
            // as data plane and connections do, two of three times
            clientLoops.next();
            clientLoops.next();
            serverLoops.next();
            serverLoops.next();
        }

        assertThat(counts(clientEnds)).hasSize(LOOPS).allSatisfy((loop, count) -> assertThat(count)
                .isEqualTo(2));
        assertThat(counts(serverEnds)).hasSize(LOOPS).allSatisfy((loop, count) -> assertThat(count)
                .isEqualTo(2));
    }

    @Test
    void aTunnelThatEndedLeavesItsPlaceToTheNextAtBothEnds() throws Exception {
        TunnelListener port = listen();
        for (int i = 0; i < 2 * LOOPS; i++) {
            connect(port);
        }
        for (int i = 0; i < LOOPS; i++) {
            Tunnel goingHere = clientEnds.remove(1);
            Tunnel goingThere = serverEnds.remove(1);
            goingHere.close("the test wants its place");
            await(goingHere.closed());
            await(goingThere.closed());
            settle();
            connect(port);
        }

        assertThat(counts(clientEnds)).hasSize(LOOPS).allSatisfy((loop, count) -> assertThat(count)
                .isEqualTo(2));
        assertThat(counts(serverEnds)).hasSize(LOOPS).allSatisfy((loop, count) -> assertThat(count)
                .isEqualTo(2));
    }

    @Test
    void dialsThatFailGiveTheirPlaceBack() throws Exception {
        TunnelListener port = listen();
        TunnelTarget nobody = target(listenAndClose());
        connect(port);
        for (int i = 0; i < LOOPS + 1; i++) {
            Future<Tunnel> failed = client.connect(nobody);
            assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failed.isSuccess()).isFalse();
            settle();
        }
        connect(port);
        connect(port);

        assertThat(counts(clientEnds)).hasSize(LOOPS);
    }

    /** Whoever waits for a future may go on before those who listen to it were told, which happens on its loop. */
    private void settle() throws Exception {
        for (NioLoops loops : List.of(clientLoops, serverLoops)) {
            for (EventLoop loop : loops.all()) {
                await(loop.submit(() -> {}));
            }
        }
    }

    private static Map<EventLoop, Long> counts(List<Tunnel> tunnels) {
        return tunnels.stream().collect(Collectors.groupingBy(Tunnel::eventLoop, Collectors.counting()));
    }

    private TunnelListener listen() throws Exception {
        return await(server.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), authority.issue(SERVER), arrivals::add));
    }

    private TunnelListener listenAndClose() throws Exception {
        TunnelListener port = listen();
        await(port.close());
        return port;
    }

    private void connect(TunnelListener port) throws Exception {
        clientEnds.add(await(client.connect(target(port))));
        Tunnel arrived = arrivals.poll(10, TimeUnit.SECONDS);
        assertThat(arrived).isNotNull();
        arrived.admit((stream, request) -> stream.reply(OpenReply.OK));
        serverEnds.add(arrived);
    }

    private TunnelTarget target(TunnelListener port) {
        return new TunnelTarget(
                new HostPort("127.0.0.1", port.address().getPort()),
                SERVER,
                Set.of(authority.pin()),
                clientKey,
                null,
                Duration.ofSeconds(10));
    }

    private static <T> T await(Future<T> future) throws Exception {
        assertThat(future.await(10, TimeUnit.SECONDS)).as("done within 10 s").isTrue();
        if (future.cause() instanceof Exception cause) {
            throw cause;
        }
        return future.getNow();
    }
}
