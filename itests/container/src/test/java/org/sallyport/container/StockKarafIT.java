// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Distribution;
import org.sallyport.testkit.process.Resources;

/** Both roles in Karafs that are not ours, from the features repository, and gone again without a trace. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class StockKarafIT {
    private static final String FEATURES =
            "mvn:org.sallyport/sallyport-features/" + System.getProperty("sallyport.version") + "/xml/features";

    private static final String NATIVE = "sallyport-native-" + System.getProperty("os.arch");

    /** Longer than the component runtime of a Karaf as it is shipped waits for its locks. */
    private static final Duration DRAIN = Duration.ofSeconds(7);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path work;

    @Test
    void bothRolesCarryARequestEachWayAndLeaveNothingBehind() throws Exception {
        Path repository = Distribution.unpack(Files.createDirectory(work.resolve("distribution")))
                .home()
                .resolve("system");
        HttpServer inside = Resources.web("inside");
        HttpServer outside = Resources.web("outside");
        int tunnelPort = Resources.freePort();
        int clientPort = Resources.freePort();
        int listenPort = Resources.freePort();
        try (ServerSocket echo = Transfer.echo();
                StockKaraf server = new StockKaraf(work.resolve("server"), repository);
                StockKaraf client = new StockKaraf(work.resolve("client"), repository)) {
            server.configure(
                    "org.sallyport.server.cfg",
                    "tunnel.port = " + tunnelPort + "\negress.allow = 127.0.0.1:"
                            + outside.getAddress().getPort() + "\ndrain.timeout = " + DRAIN.toSeconds() + "\n");
            server.awaitStarted().run("feature:repo-add " + FEATURES);
            server.run("feature:install --no-auto-refresh " + NATIVE + " sallyport-server");
            server.awaitCommand("gateway:create stock", "_local");
            String gateway = server.run("gateway:list -o json").replaceAll("(?s).*\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1");
            Path token = work.resolve("token");
            server.run("gateway:token " + gateway + " --file " + token);
            server.run("destination:create " + gateway + " inside --resource 127.0.0.1:"
                    + inside.getAddress().getPort() + " --listen-port " + listenPort);
            int echoPort = Resources.freePort();
            server.run("destination:create " + gateway + " echo --resource 127.0.0.1:" + echo.getLocalPort()
                    + " --listen-port " + echoPort);
            server.run("destination:create " + gateway + " outside --resource 127.0.0.1:"
                    + outside.getAddress().getPort() + " --cloud --client-port " + clientPort);
            server.run("acl:allow " + gateway + " 127.0.0.1:");

            client.awaitStarted().run("feature:repo-add " + FEATURES);
            client.run("feature:install --no-auto-refresh sallyport-client");
            client.awaitCommand("tunnel:attach --token-file " + token, gateway.replace("_local", "_"));

            assertThat(Resources.get("127.0.0.1:" + listenPort)).isEqualTo("inside");
            assertThat(Resources.get("127.0.0.1:" + clientPort)).isEqualTo("outside");
            try (Transfer transfer = Transfer.through(echoPort).goesOn()) {
                server.run(
                        "feature:uninstall --no-auto-refresh sallyport-server"); // longer than the component runtime's
                // usual 5 s
                assertThat(transfer.broken()).contains("Exception");
            }
            client.run("feature:uninstall --no-auto-refresh sallyport-client");

            for (int port : new int[] {tunnelPort, clientPort, listenPort, echoPort}) {
                assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
            }
            for (StockKaraf karaf : List.of(server, client)) {
                karaf.awaitNoThread("sallyport", "netty");
                assertThat(karaf.complaints())
                        .filteredOn(line -> !line.contains("cannot attach")) // the client, as its server went first
                        .isEmpty();
            }
        } finally {
            inside.stop(0);
            outside.stop(0);
        }
    }

    private static void connect(int port) throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        }
    }
}
