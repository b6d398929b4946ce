// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Ports;
import org.sallyport.testkit.process.Program;
import org.sallyport.testkit.process.Resources;

/** Settings files that change while connections are carried, and ports that are not to be had. */
@Timeout(150)
final class SettingsIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static HttpServer web;

    @BeforeAll
    static void start() {
        web = Resources.web("hello");
    }

    @AfterAll
    static void stop() {
        web.stop(0);
    }

    private static String resource() {
        return "127.0.0.1:" + web.getAddress().getPort();
    }

    private static Instance.Result health(Instance instance) {
        return instance.call(List.of("health", "--base", instance.base().toString()), work);
    }

    private static Instance.Result awaitHealth(Instance instance, Predicate<Instance.Result> wanted) {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        Instance.Result result = health(instance);
        while (!wanted.test(result)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("health stays at " + result + "\n" + instance.log());
            }
            result = health(instance);
        }
        return result;
    }

    @Test
    void aWrongValueKeepsTheOldConfigurationAndHealthTellsUntilItIsPutRight() throws Exception {
        int first = Ports.block(4);
        int second = Ports.block(4);
        Path base = work.resolve("server");
        Path file = Files.createDirectories(base.resolve("etc")).resolve("org.sallyport.server.cfg");
        String good = "tunnel.port = 0\nlisten.ports = " + first + "-" + (first + 3) + "\n";
        Files.writeString(file, good);
        try (Instance server = Product.distribution().start("server", base, List.of())) {
            server.program().awaitLine("ready: server");
            String gateway = server.gateway("settings");
            try (Instance client =
                    Product.attached(work.resolve("client"), server.token(gateway), "--allow", resource())) {
                Instance.Made made = server.destination(gateway + " d --resource " + resource() + " --wait listening");
                assertThat(made.port()).isBetween(first, first + 3);

                Files.writeString(file, good + "drain.timeout = soon\n");
                Instance.Result bad = awaitHealth(server, result -> result.exit() == 1);
                assertThat(bad.out())
                        .contains("not ok")
                        .contains("drain.timeout")
                        .contains("soon");
                assertThat(Resources.get(made.address())).isEqualTo("hello");

                Files.writeString(file, "tunnel.port = 0\nlisten.ports = " + second + "-" + (second + 3) + "\n");
                awaitHealth(server, result -> result.exit() == 0);
                assertThat(server.destination(gateway + " e --resource " + resource())
                                .port())
                        .isBetween(second, second + 3);
                assertThat(Resources.get(made.address())).isEqualTo("hello"); // a port belongs to its destination
                assertThat(client.program().lines()).noneMatch(line -> line.startsWith("detached: "));
            }
        }
    }

    @Test
    void anExhaustedRangeIsSaidAndAFreedPortIsGivenAgain() {
        int first = Ports.block(2);
        try (Instance server = Product.server(
                work.resolve("exhausted"), "--set", Product.SERVER + "listen.ports=" + first + "-" + (first + 1))) {
            String gateway = server.gateway("exhausted");
            Instance.Made one = server.destination(gateway + " 1 --resource a:1");
            server.destination(gateway + " 2 --resource a:1");

            Instance.Result third = server.tryRun("destination:create " + gateway + " 3 --resource a:1");
            assertThat(third.exit()).isEqualTo(1);
            assertThat(third.out()).isEmpty();
            assertThat(third.err()).contains(first + "-" + (first + 1));

            server.run("destination:delete " + one.id());
            assertThat(server.destination(gateway + " 3 --resource a:1").port()).isEqualTo(one.port());

            Instance.Result taken =
                    server.tryRun("destination:create " + gateway + " 4 --resource a:1 --listen-port " + one.port());
            assertThat(taken.exit()).isEqualTo(1);
            assertThat(taken.err()).contains("" + one.port());
        }
    }

    @Test
    void aPortThatAnotherProgramHoldsIsFailedAndTakenOverWhenItIsFree() throws IOException, InterruptedException {
        try (Instance server = Product.server(work.resolve("taken"))) {
            String gateway = server.gateway("taken");
            try (Instance client =
                    Product.attached(work.resolve("taken-client"), server.token(gateway), "--allow", resource())) {
                int port = Ports.one();
                Instance.Made made;
                try (ServerSocket holder = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                    made = server.destination(
                            gateway + " d --resource " + resource() + " --listen-port " + port + " --wait failed");
                    assertThat(made.port()).isEqualTo(holder.getLocalPort());
                    assertThat(server.run("destination:show " + made.id())).contains("" + port);
                }
                server.run("destination:show " + made.id() + " --wait listening:60");
                assertThat(Resources.get(made.address())).isEqualTo("hello");
                assertThat(client.program().alive()).isTrue();
            }
        }
    }

    @Test
    void onlyTheFirstOfTwoGatewaysListensOnAClientPortAndTheOtherTakesItOver() throws Exception {
        try (Instance server = Product.server(work.resolve("two"))) {
            String one = server.gateway("one");
            String two = server.gateway("two");
            int port = Ports.one();
            String cloud = " c --cloud --client-port " + port + " --resource " + resource();
            try (Instance client = Product.distribution()
                    .client(
                            work.resolve("two-client"),
                            "--token-file",
                            server.token(one).toString(),
                            "--token-file",
                            server.token(two).toString())) {
                client.program().awaitLine("attached: ");
                client.program().awaitLine("attached: ");
                Instance.Made first = server.destination(one + cloud + " --wait listening");
                Instance.Made second = server.destination(two + cloud + " --wait failed");
                assertThat(Product.json(server, "destination:show " + second.id())
                                .get("cause")
                                .asText())
                        .contains("port " + port + " is in use by gateway one on this client");
                Instance.Result same = server.tryRun("destination:create " + one + cloud);
                assertThat(same.exit()).isEqualTo(1);
                assertThat(same.err()).contains("" + port);

                server.run("destination:delete " + first.id());
                server.run("destination:show " + second.id() + " --wait listening");
                assertThat(Resources.get("127.0.0.1:" + port)).isEqualTo("hello");
            }
        }
    }
}
