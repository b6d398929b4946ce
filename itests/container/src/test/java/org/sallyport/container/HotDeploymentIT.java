// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Distribution;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Program;
import org.sallyport.testkit.process.Resources;

/** Bundles and configuration of a running server change; who is not concerned notices nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class HotDeploymentIT {
    private static final String PROTOCOL = "org.sallyport.protocol.tcp";
    private static final long PATIENCE = Program.PATIENCE.toSeconds();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path work;

    @SuppressWarnings("NullAway.Init")
    private Distribution distribution;

    @SuppressWarnings("NullAway.Init")
    private ServerSocket echo;

    @SuppressWarnings("NullAway.Init")
    private Instance server;

    @SuppressWarnings("NullAway.Init")
    private Instance client;

    @SuppressWarnings("NullAway.Init")
    private Path token;

    @SuppressWarnings("NullAway.Init")
    private Instance.Made destination;

    @SuppressWarnings("NullAway.Init")
    private String shipped;

    @BeforeAll
    void startBoth() throws IOException {
        distribution = Distribution.unpack(Files.createDirectory(work.resolve("distribution")));
        echo = Transfer.echo();
        server = distribution.server(work.resolve("server"));
        String gateway = server.gateway("hot");
        token = server.token(gateway);
        client = distribution.client(
                work.resolve("client"),
                "--token-file",
                token.toString(),
                "--allow",
                "127.0.0.1:" + echo.getLocalPort());
        client.program().awaitLine("attached:");
        destination = server.destination(gateway + " echo --resource 127.0.0.1:" + echo.getLocalPort()
                + " --listen-port " + Resources.freePort() + " --wait listening:30");
        shipped = versionOf(PROTOCOL);
    }

    @AfterAll
    void endBoth() throws IOException {
        client.close();
        server.close();
        echo.close();
    }

    @Test
    void connectionsOfAProtocolThatGoesMayFinishAndNewOnesAreRefused() throws Exception {
        drainTimeout(50);
        for (Instance end : List.of(server, client)) {
            try (Transfer transfer = through()) {
                CompletableFuture<String> stop =
                        CompletableFuture.supplyAsync(() -> end.run("bundle:stop " + PROTOCOL));
                awaitRefusal();
                transfer.goesOn();
                assertThat(stop).isNotDone();

                assertThat(transfer.finish()).isPositive();
                stop.get(PATIENCE, TimeUnit.SECONDS);
                if (end == server) {
                    assertThat(state()).contains("waiting").contains("protocol tcp is not installed");
                }
            } finally {
                end.run("bundle:start " + PROTOCOL);
            }
            awaitCarried();
        }
    }

    @Test
    void connectionsOfAProtocolThatGoesEndAtTheDeadline() throws Exception {
        drainTimeout(2);
        for (Instance end : List.of(server, client)) {
            try (Transfer transfer = through()) {
                long begun = System.nanoTime();
                end.run("bundle:stop " + PROTOCOL);

                assertThat(transfer.broken()).contains("Exception");
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
            } finally {
                end.run("bundle:start " + PROTOCOL);
            }
            awaitCarried();
        }
    }

    @Test
    void aSuccessorTakesNewConnectionsAndThoseOfTheOtherVersionAreLeftAlone() throws Exception {
        drainTimeout(2);
        Path deployed = server.base().resolve("deploy/protocol-tcp-next.jar");
        ProtocolJar jar = ProtocolJar.of(distribution);
        try (Transfer ofShipped = through()) {
            long before = installs();
            jar.deploy("99.0.0", deployed);
            awaitInstalls(before + 1);
            try (Transfer ofNext = through()) {
                server.run("bundle:stop " + PROTOCOL + "/" + shipped);
                ofShipped.broken();
                ofNext.goesOn();
                server.run("bundle:start " + PROTOCOL + "/" + shipped);
                ofNext.goesOn();

                before = installs();
                jar.deploy("99.0.1", deployed); // an update: stops, drains, starts
                ofNext.broken();
                awaitInstalls(before + 1);
                try (Transfer ofUpdated = through()) {
                    server.run("bundle:stop " + PROTOCOL + "/" + shipped);
                    ofUpdated.goesOn();
                    server.run("bundle:start " + PROTOCOL + "/" + shipped);
                    ofUpdated.goesOn();

                    Files.delete(deployed);
                    ofUpdated.broken();
                }
            }
        } finally {
            Files.deleteIfExists(deployed);
            awaitOutput("bundle:list --no-format", "99.0.", false);
            server.run("bundle:start " + PROTOCOL + "/" + shipped);
        }
        awaitCarried();
    }

    @Test
    void aContainerWithBothRolesMayAttachToItself() throws Exception {
        try (Instance both = distribution.server(work.resolve("both"))) {
            String gateway = both.gateway("both");
            Path own = both.token(gateway);
            both.run("feature:install sallyport-client");
            both.run("tunnel:attach --token-file " + own);
            both.run("acl:allow " + gateway + " 127.0.0.1:" + echo.getLocalPort());
            Instance.Made made = both.destination(gateway + " echo --resource 127.0.0.1:" + echo.getLocalPort()
                    + " --listen-port " + Resources.freePort() + " --wait listening:30");
            try (Transfer transfer = Transfer.through(made.port()).goesOn()) {
                assertThat(transfer.finish()).isPositive();
            }
            assertThat(both.run("gateway:list")).contains("both");
            assertThat(both.log()).doesNotContain(" ERROR ").doesNotContain(" WARN ");
        }
    }

    @Test
    void editsOfTheServersConfigurationLeaveRunningTransfersAlone() throws Exception {
        Path file = server.base().resolve("etc/org.sallyport.server.cfg");
        String before = Files.readString(file);
        try (Transfer transfer = through()) {
            for (String line : List.of(
                    "listen.ports = 15000-19998",
                    "egress.deny = 192.0.2.1",
                    "egress.allow = 127.0.0.1:1",
                    "listen.grace = 4",
                    "drain.timeout = 1",
                    "region = elsewhere",
                    "tunnel.advertised = gw.example:9000")) {
                replace(file, before + "\n" + line + "\n");
                transfer.goesOn();
            }
            replace(file, before + "\nlisten.grace = soon\n");
            awaitHealth(server, 1, "listen.grace");
            transfer.goesOn();
            replace(file, before);
            awaitHealth(server, 0, "");
            assertThat(transfer.finish()).isPositive();
        } finally {
            replace(file, before);
        }
    }

    @Test
    void editsOfTheClientsConfigurationLeaveRunningTransfersAlone() throws Exception {
        Path file = client.base().resolve("etc/org.sallyport.client.cfg");
        String before = Files.readString(file);
        try (Transfer transfer = through()) {
            for (String line :
                    List.of("reconnect.attempts = 7", "drain.timeout = 1", "proxy = http://192.0.2.1:3128")) {
                replace(file, before + "\n" + line + "\n");
                transfer.goesOn();
            }
            replace(file, before + "\nreconnect.attempts = often\n");
            awaitHealth(client, 1, "reconnect.attempts");
            transfer.goesOn();
            replace(file, before);
            awaitHealth(client, 0, "");
            assertThat(transfer.finish()).isPositive();
        } finally {
            replace(file, before);
        }
    }

    @Test
    void editsOfTheLimitsLeaveRunningTransfersAlone() throws Exception {
        Path file = server.base().resolve("etc/org.sallyport.limits.cfg");
        String before = Files.readString(file);
        try (Transfer transfer = through()) {
            for (List<String> each : List.of(
                    List.of("memory.process", "48m", "48m"),
                    List.of("window.most", "1m", "1m"),
                    List.of("window.tunnel", "2m", "2m"),
                    List.of("ingress.source", "77", "77 a second"))) {
                replace(file, before + "\n" + each.get(0) + " = " + each.get(1) + "\n");
                awaitOutput(server, "tunnel:show | grep " + each.get(0), "| " + each.get(2) + " ", true);
                transfer.goesOn();
            }
            replace(file, before + "\nmemory.process = much\n");
            awaitHealth(server, 1, "memory.process = 'much': expected 0");
            assertThat(server.run("tunnel:show")).containsPattern("ingress.source +\\| 77 a second");
            transfer.goesOn();
            replace(file, before);
            awaitHealth(server, 0, "");
            assertThat(transfer.finish()).isPositive();
        } finally {
            replace(file, before);
        }
    }

    @Test
    void whileTheRegistryIsAwayConnectionsLiveOnAndAttachesAreRefusedForAWhile() throws Exception {
        try (Transfer transfer = through()) {
            Instance another;
            server.run("bundle:stop org.sallyport.registry");
            try {
                transfer.goesOn();
                awaitCarried();
                assertThat(server.tryRun("gateway:create away").err()).contains("registry");
                another = distribution.client(work.resolve("another"), "--token-file", token.toString());
                assertThat(another.program().awaitLine("refused:")).doesNotContain("retry=never");
            } finally {
                server.run("bundle:start org.sallyport.registry");
            }
            try (another) {
                another.program().awaitLine("attached:");
                transfer.goesOn();
            }
            assertThat(transfer.finish()).isPositive();
        }
        assertThat(server.run("gateway:list")).contains("hot");
    }

    private Transfer through() throws IOException, InterruptedException {
        return Transfer.through(destination.port()).goesOn();
    }

    /** Sets how long both ends drain, and waits until it is taken over. */
    private void drainTimeout(int seconds) throws IOException {
        for (Instance end : List.of(server, client)) {
            String role = end == server ? "server" : "client";
            Path file = end.base().resolve("etc/org.sallyport." + role + ".cfg");
            String others = Files.readString(file).replaceAll("(?m)^drain.timeout.*\\R", "");
            replace(file, others + "drain.timeout = " + seconds + "\n");
            awaitOutput(end, "config:property-list --pid org.sallyport." + role, "drain.timeout = " + seconds, true);
        }
    }

    /** New connections end without a byte. */
    private void awaitRefusal() throws InterruptedException {
        long deadline = deadline();
        while (System.nanoTime() < deadline) {
            try (Transfer another = Transfer.through(destination.port())) {
                another.goesOn();
            } catch (IOException | AssertionError refused) {
                return;
            }
        }
        throw new AssertionError("new connections are carried still");
    }

    /** New connections are carried again. */
    private void awaitCarried() throws Exception {
        server.run("destination:show " + destination.id() + " --wait listening:30");
        try (Transfer another = through()) {
            another.finish();
        }
    }

    /** How often a version of the protocol was put into service at the server. */
    private long installs() {
        return server.log()
                .lines()
                .filter(line -> line.endsWith("protocol tcp: installed"))
                .count();
    }

    private void awaitInstalls(long wanted) {
        long deadline = deadline();
        while (installs() < wanted) {
            assertThat(System.nanoTime()).as("time to install").isLessThan(deadline);
            server.tryRun("bundle:list"); // takes a moment; what is asked for goes into service behind the list
        }
    }

    private String state() {
        return server.run("destination:show " + destination.id() + " -o json");
    }

    private void awaitOutput(String command, String text, boolean wanted) {
        awaitOutput(server, command, text, wanted);
    }

    private static void awaitOutput(Instance end, String command, String text, boolean wanted) {
        String last = "";
        long deadline = deadline();
        while (System.nanoTime() < deadline) {
            last = end.tryRun(command).out();
            if (last.contains(text) == wanted) {
                return;
            }
        }
        throw new AssertionError("'" + command + "' printed\n" + last + "\nexpected '" + text + "': " + wanted);
    }

    private static void awaitHealth(Instance end, int exit, String text) {
        Instance.Result last = null;
        long deadline = deadline();
        while (System.nanoTime() < deadline) {
            last = end.call(List.of("health", "--base", end.base().toString()), work);
            if (last.exit() == exit && last.out().contains(text)) {
                return;
            }
        }
        throw new AssertionError("health was " + last + ", never " + exit + " with '" + text + "'");
    }

    private static long deadline() {
        return System.nanoTime() + Program.PATIENCE.toNanos();
    }

    private static void replace(Path file, String text) throws IOException {
        Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private String versionOf(String bundle) {
        return server.run("bundle:list --no-format -s | grep " + bundle)
                .replaceAll("(?s).*?([0-9]+\\.[0-9]+\\.[0-9]+\\S*).*", "$1");
    }
}
