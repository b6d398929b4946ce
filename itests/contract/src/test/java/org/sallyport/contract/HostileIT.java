// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Resources;

/** What strangers do to the tunnel port while traffic runs. */
@Timeout(150)
final class HostileIT {
    private static final int SLOW_HANDSHAKES = 2000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static HttpServer web;
    private static Instance server;
    private static Instance client;
    private static Instance.Made made;

    @BeforeAll
    static void start() {
        web = Resources.web("hello");
        server = Product.server(work.resolve("server"));
        String gateway = server.gateway("hostile");
        String resource = "127.0.0.1:" + web.getAddress().getPort();
        client = Product.attached(work.resolve("client"), server.token(gateway), "--allow", resource);
        made = server.destination(gateway + " d --resource " + resource + " --wait listening");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        web.stop(0);
    }

    private static void assertTrafficRuns() throws Exception {
        long begun = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            assertThat(Resources.get(made.address())).isEqualTo("hello");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        assertThat(client.program().lines()).noneMatch(line -> line.startsWith("detached: "));
    }

    private static Socket stranger() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.tunnelPort()), 10_000);
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Writes and waits until the server has had enough. */
    private static void assertShutOut(byte[] bytes) throws IOException {
        try (Socket socket = stranger()) {
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
                socket.getInputStream().readAllBytes();
            } catch (SocketException e) {
                // reset: what we sent was not worth reading
            }
        }
    }

    @Test
    void anHttpRequestIsShutOut() throws Exception {
        assertShutOut("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));

        assertTrafficRuns();
    }

    @Test
    void aMegabyteOfNoiseIsShutOut() throws Exception {
        byte[] noise = new byte[1_000_000];
        new Random(7).nextBytes(noise);
        assertShutOut(noise);
        noise[0] = 22; // as a TLS handshake begins
        noise[1] = 3;
        noise[2] = 1;
        assertShutOut(noise);

        assertTrafficRuns();
    }

    @Test
    void aPortScanIsNothing() throws Exception {
        for (int i = 0; i < 300; i++) {
            stranger().close();
        }

        assertTrafficRuns();
        assertThat(server.program().errors().lines().count()).isLessThan(50);
    }

    @Test
    void twoThousandSlowHandshakesStopNobodyAndAnotherClientStillAttaches() throws Exception {
        List<SocketChannel> slow = new ArrayList<>();
        // the beginning of a ClientHello that never goes on
        byte[] begun = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
        try {
            InetSocketAddress port = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.tunnelPort());
            for (int i = 0; i < SLOW_HANDSHAKES; i++) {
                SocketChannel channel = SocketChannel.open(port);
                slow.add(channel);
                try {
                    channel.write(ByteBuffer.wrap(begun));
                } catch (IOException e) {
                    // the server sheds them already, which is its right
                }
            }
            assertTrafficRuns();
            String gateway = server.gateway("late");
            try (Instance late = Product.attached(work.resolve("late"), server.token(gateway))) {
                assertThat(late.program().alive()).isTrue();
            }
        } finally {
            for (SocketChannel channel : slow) {
                channel.close();
            }
        }
        assertThat(Resources.get(made.address())).isEqualTo("hello");
    }
}
