// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
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
        try (StockKaraf server = new StockKaraf(work.resolve("server"), repository);
                StockKaraf client = new StockKaraf(work.resolve("client"), repository)) {
            Files.writeString(
                    server.home().resolve("etc/org.sallyport.server.cfg"),
                    "tunnel.port = " + tunnelPort + "\negress.allow = 127.0.0.1:"
                            + outside.getAddress().getPort() + "\n");
            server.run("feature:repo-add " + FEATURES + "\nfeature:install sallyport-server");
            server.awaitCommand("gateway:create stock", "_local");
            String gateway = server.run("gateway:list -o json").replaceAll("(?s).*\"id\"\\s*:\\s*\"([^\"]+)\".*", "$1");
            Path token = work.resolve("token");
            server.run("gateway:token " + gateway + " --file " + token);
            String insideMade = server.run("destination:create " + gateway + " inside --resource 127.0.0.1:"
                    + inside.getAddress().getPort() + " --listen-port " + Resources.freePort());
            server.run("destination:create " + gateway + " outside --resource 127.0.0.1:"
                    + outside.getAddress().getPort() + " --cloud --client-port " + clientPort);
            server.run(
                    "acl:allow " + gateway + " 127.0.0.1:" + inside.getAddress().getPort());

            client.run("feature:repo-add " + FEATURES + "\nfeature:install sallyport-client");
            client.run("tunnel:attach --token-file " + token);

            String address = insideMade.replaceAll("(?s).*?(127\\.0\\.0\\.1:[0-9]+).*", "$1");
            assertThat(Resources.get(address)).isEqualTo("inside");
            assertThat(Resources.get("127.0.0.1:" + clientPort)).isEqualTo("outside");

            client.run("feature:uninstall sallyport-client");
            server.run("feature:uninstall sallyport-server");

            for (int port :
                    new int[] {tunnelPort, clientPort, Integer.parseInt(address.substring(address.indexOf(':') + 1))}) {
                assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
            }
            assertThat(server.threads()).doesNotContain("sallyport").doesNotContain("netty");
            assertThat(client.threads()).doesNotContain("sallyport").doesNotContain("netty");
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
