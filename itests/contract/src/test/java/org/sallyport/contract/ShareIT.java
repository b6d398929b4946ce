// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Ports;
import org.sallyport.testkit.process.Resources;

/** Several clients on one gateway share its connections, and one of them may die. */
@Timeout(150)
final class ShareIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static HttpServer web;
    private static Instance server;

    @BeforeAll
    static void start() {
        web = Resources.web("hello");
        server = Product.server(work.resolve("server"));
    }

    @AfterAll
    static void stop() {
        server.close();
        web.stop(0);
    }

    private static String resource() {
        return "127.0.0.1:" + web.getAddress().getPort();
    }

    private static void request(Instance.Made made, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            assertThat(Resources.get(made.address())).isEqualTo("hello");
        }
    }

    /** {@return how many bytes each tunnel of a gateway brought from its client, smallest first} */
    private static List<Long> received(String gateway) {
        List<Long> bytes = new ArrayList<>();
        for (JsonNode tunnel : Product.json(server, "tunnel:list")) {
            if (tunnel.get("gateway").asText().equals(gateway)) {
                bytes.add(tunnel.get("bytesReceived").asLong());
            }
        }
        Collections.sort(bytes);
        return bytes;
    }

    /** Every answer has the same size, so shares of bytes are shares of connections, but for a few bytes of framing. */
    private static void assertEvenShares(String gateway, int clients) {
        List<Long> bytes = received(gateway);
        assertThat(bytes).hasSize(clients);
        assertThat(bytes.get(0)).isPositive();
        assertThat((double) bytes.get(clients - 1)).isLessThan(bytes.get(0) * 1.25);
    }

    @Test
    void twoProcessesTakeTurnsAndOneThatIsKilledIsReplacedByTheOther() throws Exception {
        String gateway = server.gateway("two");
        Path token = server.token(gateway);
        Path secondBase = work.resolve("second");
        try (Instance first = Product.attached(work.resolve("first"), token, "--allow", resource())) {
            Instance.Made made = server.destination(gateway + " d --resource " + resource() + " --wait listening");
            try (Instance second = Product.attached(secondBase, token)) {
                request(made, 20);
                assertEvenShares(gateway, 2);

                second.program().kill();
                server.program().awaitLine("detached: gateway=" + gateway);
                request(made, 6);
                assertThat(received(gateway)).hasSize(1);
            }
            try (Instance again = Product.attached(secondBase, token)) {
                request(made, 10);
                assertThat(received(gateway)).hasSize(2).allMatch(bytes -> bytes > 0);
                first.program().kill();
                server.program().awaitLine("detached: gateway=" + gateway);
                request(made, 4);
                assertThat(again.program().alive()).isTrue();
            }
        }
    }

    @Test
    void oneProcessThatIsAttachedThreeTimesSharesAmongItsTunnels() throws Exception {
        String gateway = server.gateway("three");
        int port = Ports.one();
        try (Instance client = Product.attached(
                work.resolve("three"), server.token(gateway), "--tunnels", "3", "--allow", resource())) {
            client.program().awaitLine("attached: ");
            client.program().awaitLine("attached: ");
            Instance.Made inside = server.destination(gateway + " d --resource " + resource() + " --wait listening");
            Instance.Made outside = server.destination(
                    gateway + " c --cloud --client-port " + port + " --resource " + resource() + " --wait listening");

            request(inside, 30);
            assertEvenShares(gateway, 3);
            request(outside, 9);
            assertThat(Product.json(server, "gateway:show " + gateway)
                            .get("clients")
                            .asInt())
                    .isEqualTo(3);
        }
    }

    @Test
    void severalGatewaysAndClientsOfOneProcessDoNotMix() throws Exception {
        List<Instance.Made> made = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String gateway = server.gateway("many-" + i);
            words.addAll(List.of("--token-file", server.token(gateway).toString()));
            made.add(server.destination(gateway + " d --resource " + resource()));
        }
        words.addAll(List.of("--allow", resource()));
        try (Instance client = Product.distribution().client(work.resolve("many"), words.toArray(String[]::new))) {
            for (int i = 0; i < 3; i++) {
                client.program().awaitLine("attached: ");
            }
            for (Instance.Made each : made) {
                server.run("destination:show " + each.id() + " --wait listening");
                request(each, 2);
            }
        }
        for (Instance.Made each : made) {
            server.run("destination:show " + each.id() + " --wait waiting");
        }
    }
}
