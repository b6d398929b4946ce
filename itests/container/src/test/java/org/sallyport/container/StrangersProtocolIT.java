// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.process.Distribution;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Program;
import org.sallyport.testkit.process.Resources;

/** The example, which is in no distribution, comes into a running server and client, changes and goes, as docs/extending.md says. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class StrangersProtocolIT {
    private static final Path JAR = Path.of(System.getProperty("example.resp"));
    private static final String CLASSES = "org.sallyport.example.resp";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path work;

    @Test
    void itComesChangesAndGoesUnderTrafficAndNobodyElseNotices() throws Exception {
        Distribution distribution = Distribution.unpack(Files.createDirectory(work.resolve("distribution")));
        try (ServerSocket echo = Transfer.echo();
                RespStore store = new RespStore();
                Instance server = distribution.server(work.resolve("server"))) {
            String gateway = server.gateway("stranger");
            String echoing = "127.0.0.1:" + echo.getLocalPort();
            try (Instance client = distribution.client(
                    work.resolve("client"),
                    "--token-file",
                    server.token(gateway).toString(),
                    "--allow",
                    echoing,
                    "--allow",
                    store.address())) {
                client.program().awaitLine("attached:");
                Instance.Made other = server.destination(gateway + " other --resource " + echoing + " --listen-port "
                        + Resources.freePort() + " --wait listening:30");
                Instance.Made made = server.destination(gateway + " store --resource " + store.address()
                        + " --protocol resp --listen-port " + Resources.freePort());
                assertThat(server.run("destination:show " + made.id() + " -o json"))
                        .contains("waiting", "protocol resp is not installed");

                try (Transfer bystander = Transfer.through(other.port()).goesOn()) {
                    Files.writeString(
                            server.base().resolve("etc/org.sallyport.example.resp.cfg"), "commands = GET,SET\n");
                    comesChangesAndGoes(List.of(server, client), made);

                    bystander.goesOn();
                    assertThat(server.run("destination:show " + other.id() + " -o json")
                                    .replaceAll("\\s", ""))
                            .contains("\"connections\":{\"open\":1,\"total\":1,\"refused\":0}");
                    assertThat(bystander.finish()).isPositive();
                }
                assertThat(store.commands()).containsExactlyInAnyOrder("GET", "SET");
                assertThat(server.run("destination:show " + made.id() + " -o json"))
                        .contains("waiting", "protocol resp is not installed");
                for (Instance end : List.of(server, client)) {
                    assertThat(end.log()).doesNotContain(" ERROR ");
                    awaitNothingLeft(end);
                }
            }
        }
    }

    private static void comesChangesAndGoes(List<Instance> ends, Instance.Made made) throws Exception {
        Instance server = ends.get(0);
        for (Instance end : ends) {
            deploy(end);
        }
        awaitInstalled(ends, 1);
        server.run("destination:show " + made.id() + " --wait listening:30");
        Await.until("the list is read", () -> server.tryRun("health").out().contains("2 commands may pass"));
        try (RespTraffic first = RespTraffic.through(made.port()).goesOn()) {
            for (Instance end : ends) {
                assertThat(loadedClasses(end)).contains(CLASSES);
                new ProtocolJar(JAR).deploy("99.0.0", end.base().resolve("deploy/resp-next.jar"));
            }
            awaitInstalled(ends, 2);
            try (RespTraffic second = RespTraffic.through(made.port()).goesOn()) {
                first.goesOn();
                for (Instance end : ends) {
                    Files.delete(end.base().resolve("deploy/resp.jar"));
                }
                first.awaitEnd();
                second.goesOn();
                try (RespTraffic third = RespTraffic.through(made.port()).goesOn()) {
                    for (Instance end : ends) {
                        Files.delete(end.base().resolve("deploy/resp-next.jar"));
                    }
                    second.awaitEnd();
                    third.awaitEnd();
                }
            }
        }
        awaitLog(ends, "protocol resp: removed after", 2);
    }

    /** In one step, so that nobody sees half of it. */
    private static void deploy(Instance end) throws IOException {
        Path part = Files.copy(JAR, end.base().resolve("deploy/.resp.part"));
        Files.move(part, end.base().resolve("deploy/resp.jar"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void awaitInstalled(List<Instance> ends, int times) {
        awaitLog(ends, "protocol resp: installed", times);
    }

    private static void awaitLog(List<Instance> ends, String text, int times) {
        for (Instance end : ends) {
            Await.until(
                    "'" + text + "' for the " + times + ". time",
                    () -> end.log().lines().filter(line -> line.contains(text)).count() == times);
        }
    }

    /** A class of the bundle is shown for as long as its class loader is, and that for as long as anybody refers to it. */
    private static void awaitNothingLeft(Instance end) {
        Await.until("the bundle's class loader is gone", () -> {
            jcmd(end, "GC.run");
            return !loadedClasses(end).contains(CLASSES);
        });
    }

    private static String loadedClasses(Instance end) {
        return jcmd(end, "VM.classloaders", "show-classes=true");
    }

    private static String jcmd(Instance end, String... words) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(end.program().pid()));
        builder.command().addAll(List.of(words));
        try (Program jcmd = Program.start("jcmd", builder)) {
            assertThat(jcmd.awaitExit()).as(jcmd.errors()).isZero();
            return String.join("\n", jcmd.lines());
        }
    }
}
