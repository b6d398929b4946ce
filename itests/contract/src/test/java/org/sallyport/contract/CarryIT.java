// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Ports;
import org.sallyport.testkit.process.Resources;

/** The main job: a server, a client, connections both ways, and what becomes of those that cannot be carried. */
@Timeout(120)
final class CarryIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static HttpServer web;
    private static Instance server;
    private static Instance client;
    private static String gateway;

    @BeforeAll
    static void start() {
        web = Resources.web("hello");
        server = Product.server(work.resolve("server"));
        gateway = server.gateway("carry");
        client = Product.attached(work.resolve("client"), server.token(gateway), "--allow", resource());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
        web.stop(0);
    }

    private static String resource() {
        return "127.0.0.1:" + web.getAddress().getPort();
    }

    private static Instance.Made onPremises(String resource) {
        return server.destination(gateway + " x --resource " + resource + " --wait listening");
    }

    @Test
    void applicationsReachThePrivateResource() throws Exception {
        Instance.Made made = onPremises(resource());

        for (int i = 0; i < 5; i++) {
            assertThat(Resources.get(made.address())).isEqualTo("hello");
        }

        JsonNode shown = Product.json(server, "destination:show " + made.id());
        assertThat(shown.get("state").asText()).isEqualTo("listening");
        assertThat(shown.get("connections").get("total").asInt()).isEqualTo(5);
        assertThat(shown.get("connections").get("refused").asInt()).isZero();
        assertThat(shown.get("bytes").get("in").asLong()).isPositive();
        assertThat(shown.get("bytes").get("out").asLong()).isGreaterThan(5L * "hello".length());
    }

    @Test
    void applicationsInThePrivateNetworkReachTheCloud() throws Exception {
        int port = Ports.one();
        Instance.Made made = server.destination(
                gateway + " cloud --cloud --client-port " + port + " --resource " + resource() + " --wait listening");

        assertThat(made.address()).isEqualTo("127.0.0.1:" + port);
        assertThat(Resources.get(made.address())).isEqualTo("hello");

        server.run("destination:delete " + made.id());
        assertThatThrownBy(() -> connect(port)).isInstanceOf(ConnectException.class);
    }

    @Test
    void whatNoRuleAllowsIsNotDialledAndARuleIsInForceWhenItsCommandReturns() throws Exception {
        HttpServer other = Resources.web("other");
        try {
            String place = "127.0.0.1:" + other.getAddress().getPort();
            Instance.Made made = server.destination(gateway + " other --resource " + place + " --wait blocked");

            assertThat(Product.json(server, "destination:show " + made.id())
                            .get("cause")
                            .asText())
                    .contains("acl:allow " + gateway + " " + place);
            assertThatThrownBy(() -> Resources.get(made.address())).isInstanceOf(IOException.class);

            for (int i = 0; i < 3; i++) {
                server.run("acl:allow " + gateway + " " + place);
                assertThat(Resources.get(made.address())).isEqualTo("other");
                server.run("acl:remove " + gateway + " " + place);
                assertThatThrownBy(() -> Resources.get(made.address())).isInstanceOf(IOException.class);
            }
        } finally {
            other.stop(0);
        }
    }

    @Test
    void theAclIsTheSameAtBothEnds() {
        client.run("acl:allow " + gateway + " from-the-client:1");
        assertThat(server.run("acl:show " + gateway)).contains("from-the-client");
        server.run("acl:remove " + gateway + " from-the-client:1");
        assertThat(client.run("acl:show " + gateway)).doesNotContain("from-the-client");
    }

    @Test
    void aDisabledOrDeletedDestinationIsClosedWhenTheCommandReturns() throws Exception {
        Instance.Made made = onPremises(resource());
        assertThat(Resources.get(made.address())).isEqualTo("hello");

        server.run("destination:disable " + made.id());
        assertThatThrownBy(() -> connect(made.port())).isInstanceOf(ConnectException.class);

        server.run("destination:enable " + made.id() + " --wait listening");
        assertThat(Resources.get(made.address())).isEqualTo("hello");

        server.run("destination:delete " + made.id());
        assertThatThrownBy(() -> connect(made.port())).isInstanceOf(ConnectException.class);
    }

    @Test
    void aDisabledGatewayKeepsItsTunnelAndCarriesNothing() throws Exception {
        Instance.Made made = onPremises(resource());
        try {
            server.run("gateway:disable " + gateway);
            assertThatThrownBy(() -> connect(made.port())).isInstanceOf(ConnectException.class);
            assertThat(Product.json(server, "client:list")).hasSize(1);
        } finally {
            server.run("gateway:enable " + gateway + " --wait attached");
        }
        server.run("destination:show " + made.id() + " --wait listening");
        assertThat(Resources.get(made.address())).isEqualTo("hello");
    }

    @Test
    void aResourceThatRefusesEndsTheConnectionAndIsFoundByTheTest() throws Exception {
        String place = "127.0.0.1:" + Ports.one();
        server.run("acl:allow " + gateway + " " + place);
        Instance.Made made = onPremises(place);

        assertEnds(made.port(), Duration.ofSeconds(10));

        Instance.Result test = server.tryRun("destination:test " + made.id());
        assertThat(test.exit()).isEqualTo(1);
        assertThat(test.out()).contains("not ok");
        assertThat(server.log()).contains("CONNECTION_REFUSED: " + place + " refused the connection");
        assertThat(Product.json(server, "destination:show " + made.id())
                        .get("connections")
                        .get("refused")
                        .asInt())
                .isPositive();
    }

    @Test
    void whatNoRuleAllowsIsRefusedAndTheLogNamesTheCommandThatWouldAllowIt() throws Exception {
        String place = "127.0.0.1:" + Ports.one();
        Instance.Made made = server.destination(gateway + " d --resource " + place + " --wait blocked");

        assertEnds(made.port(), Duration.ofSeconds(10));

        assertThat(server.log()).contains("acl:allow " + gateway + " " + place);
    }

    @Test
    void aNameThatNobodyKnowsEndsTheConnection() throws Exception {
        server.run("acl:allow " + gateway + " no-such-host.invalid:80");
        Instance.Made made = onPremises("no-such-host.invalid:80");

        assertEnds(made.port(), Duration.ofSeconds(30));

        Instance.Result test = server.tryRun("destination:test " + made.id());
        assertThat(test.exit()).isEqualTo(1);
        assertThat(test.out()).contains("no-such-host.invalid");
    }

    @Test
    void aResourceThatDoesNotAnswerEndsTheConnectionAfterTheConnectTimeout() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 4; i++) { // nobody accepts, so the queue is full and the kernel answers no more
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 200);
                } catch (IOException e) {
                    break;
                }
            }
            String place = "127.0.0.1:" + full.getLocalPort();
            server.run("acl:allow " + gateway + " " + place);
            Instance.Made made =
                    server.destination(gateway + " slow --connect-timeout 2 --resource " + place + " --wait listening");

            Duration lasted = assertEnds(made.port(), Duration.ofSeconds(15));

            assertThat(lasted).isGreaterThan(Duration.ofMillis(1500));
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void theTestOfAGoodDestinationPassesEveryLeg() {
        Instance.Made made = onPremises(resource());

        assertThat(server.run("destination:test " + made.id()).lines())
                .isNotEmpty()
                .allMatch(line -> line.contains(": ok"));
    }

    @Test
    void theTestOfAnHttpsDestinationNamesTheCertificatesOfBothLegsAndTheAnswer() {
        HttpServer secure = Resources.secureWeb("hello", new TestAuthority("test resources"), "db.example");
        try {
            String place = "127.0.0.1:" + secure.getAddress().getPort();
            server.run("acl:allow " + gateway + " " + place);
            Instance.Made made = server.destination(gateway
                    + " secure --protocol https --resource-tls tls --resource-name db.example --resource " + place);
            server.run("destination:cert " + made.id() + " issue app.example");
            server.run("destination:show " + made.id() + " --wait listening");

            Instance.Result untrusted = server.tryRun("destination:test " + made.id());
            assertThat(untrusted.exit()).isEqualTo(1);
            assertThat(untrusted.out())
                    .contains("server certificate for applications: ok", "for app.example")
                    .contains("CN=db.example for db.example, issued by CN=test resources, valid until ")
                    .contains("tls: not ok", "nobody who is trusted", "upload resource-cas");

            server.run("destination:update " + made.id() + " --verify-resource no");
            assertThat(server.run("destination:test " + made.id()))
                    .contains("CN=test resources, self-signed", "not verified", "http: ok", "HTTP/1.1 200 OK to HEAD /")
                    .doesNotContain("not ok");
        } finally {
            secure.stop(0);
        }
    }

    @Test
    void clientsAsJsonHaveTheContractsFields() {
        JsonNode clients = Product.json(server, "client:list");

        assertThat(clients).hasSize(1);
        assertThat(Product.fields(clients.get(0)))
                .containsExactly("id", "gateway", "key", "host", "address", "version", "since", "rttMillis", "state");
        String id = clients.get(0).get("id").asText();
        assertThat(id).startsWith(gateway.substring(0, 11) + "_");
        assertThat(Product.json(server, "client:probe " + id).get("rttMillis").asDouble())
                .isPositive();
        assertThat(Product.json(server, "client:history " + gateway)).isNotEmpty();
        assertThat(Product.json(server, "tunnel:list").get(0).get("tls").asText())
                .startsWith("TLSv1.");
        assertThat(Product.json(client, "tunnel:list")).hasSize(1);
    }

    @Test
    void bothEndsAreHealthy() {
        for (Instance each : List.of(server, client)) {
            Instance.Result health =
                    each.call(List.of("health", "--base", each.base().toString()), work);

            assertThat(health.exit()).as(health.out()).isZero();
        }
    }

    private static void connect(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        }
    }

    /** Connects and waits until the other end closes or resets; says how long that took. */
    private static Duration assertEnds(int port, Duration limit) throws IOException {
        long begun = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) limit.toMillis());
            assertThat(socket.getInputStream().read()).isNegative();
        } catch (SocketException e) {
            // reset: the honest end of a connection that reached nobody
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
