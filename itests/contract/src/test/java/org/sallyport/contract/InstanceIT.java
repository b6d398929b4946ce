// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.contract.Product.SERVER;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Program;

/** One instance as a process with its directory. */
@Timeout(180)
final class InstanceIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path work;

    @Test
    void aServerIsTheProcessThatWasStartedAndKeepsItsDirectoryToItself() throws IOException {
        Map<Path, FileTime> before = distribution();
        Path base = work.resolve("not/yet/there");
        try (Instance server = Product.server(base)) {
            assertThat(server.program().lines())
                    .singleElement()
                    .asString()
                    .matches("ready: server tunnel=0\\.0\\.0\\.0:[0-9]+");
            assertThat(Files.readString(Path.of("/proc/" + server.program().pid() + "/comm")))
                    .startsWith("java");
            for (String folder : List.of("etc", "state", "deploy", "log", "cache")) {
                assertThat(permissions(base.resolve(folder))).isEqualTo("rwx------");
            }
            assertThat(permissions(base.resolve("run/door"))).isEqualTo("rw-------");
            assertThat(base.resolve("etc/org.sallyport.server.cfg")).content().contains("#tunnel.port = 9000");

            secondProcessIsRefused(base, server.program().pid());

            server.program().terminate();
            assertThat(server.program().awaitExit()).isZero();
            assertThat(base.resolve("run/door")).doesNotExist();
        }
        assertThat(distribution()).isEqualTo(before);
    }

    private static void secondProcessIsRefused(Path base, long holder) {
        try (Program second = Product.distribution().launch(List.of("client", "--base", base.toString()))) {
            assertThat(second.awaitExit()).isEqualTo(3);
            assertThat(second.errors()).contains(base.toString()).contains(Long.toString(holder));
            assertThat(second.lines()).isEmpty();
        }
    }

    private static Map<Path, FileTime> distribution() throws IOException {
        Map<Path, FileTime> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(Product.distribution().home())) {
            for (Path file : all.toList()) {
                files.put(file, Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void sigintEndsItInOrder() {
        try (Instance server = Product.server(work.resolve("server"))) {
            server.program().signal("INT");
            assertThat(server.program().awaitExit()).isZero();
        }
    }

    @Test
    void aSignalWhileItStartsEndsItQuietly() {
        for (String signal : List.of("TERM", "INT")) {
            Path base = work.resolve(signal);
            try (Program server = Product.distribution().launch(List.of("server", "--base", base.toString()))) {
                awaitFile(base.resolve("cache/origin"));
                server.signal(signal);
                assertThat(server.awaitExit()).isZero();
                assertThat(server.lines()).isEmpty();
                assertThat(server.errors()).doesNotContain("\tat ").doesNotContain("Exception");
            }
        }
        try (Instance server = Product.server(work.resolve("TERM"))) {
            assertThat(server.run("gateway:create after")).isNotEmpty();
        }
    }

    private static void awaitFile(Path file) {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (!Files.exists(file)) {
            assertThat(System.nanoTime()).as("%s is there in time", file).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void theFirstSignalDrainsAndTheSecondEndsAtOnce() throws IOException {
        try (Instance server = Product.server(work.resolve("server"), "--set", SERVER + "drain.timeout=40");
                ServerSocket resource = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String gateway = server.gateway("g");
            try (Instance client = Product.attached(
                    work.resolve("client"), server.token(gateway), "--allow", "127.0.0.1:" + resource.getLocalPort())) {
                Instance.Made made = server.destination(
                        gateway + " d --resource 127.0.0.1:" + resource.getLocalPort() + " --wait listening");
                try (Socket application = new Socket(InetAddress.getLoopbackAddress(), made.port());
                        Socket accepted = resource.accept()) {
                    carried(application, accepted); // up end to end
                    server.program().terminate();
                    awaitRefused(made.port());
                    carried(application, accepted); // it drains: no new connections, the open one goes on

                    long begun = System.nanoTime();
                    server.program().terminate();
                    assertThat(server.program().awaitExit()).isNotZero();
                    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
                }
                client.program().awaitLine("detached: ");
            }
        }
    }

    @Test
    void whoStopsTakesLeaveOfTheOther() {
        try (Instance server = Product.server(work.resolve("server"))) {
            Path token = server.token(server.gateway("g"));
            try (Instance client = Product.attached(work.resolve("first"), token)) {
                client.program().terminate();
                assertThat(client.program().awaitExit()).isZero();
            }
            assertThat(server.program().awaitLine("detached: ")).endsWith("reason=\"the client stops\"");
            try (Instance client = Product.attached(work.resolve("second"), token)) {
                server.program().terminate();
                assertThat(client.program().awaitLine("detached: "))
                        .endsWith("reason=\"the server drained the tunnel\"");
            }
        }
    }

    /** Connects until nobody listens any more. */
    private static void awaitRefused(int port) {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(200);
                assertThat(socket.getInputStream().read()).isNegative();
            } catch (ConnectException e) {
                return;
            } catch (IOException e) {
                // reset, or nothing came yet: it was still open a moment ago
            }
        }
        throw new AssertionError("port " + port + " is still open");
    }

    private static void carried(Socket one, Socket other) throws IOException {
        OutputStream out = one.getOutputStream();
        InputStream in = other.getInputStream();
        out.write(42);
        out.flush();
        assertThat(in.read()).isEqualTo(42);
    }

    @Test
    void aTakenTunnelPortEndsTheStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            List<String> words = List.of(
                    "server",
                    "--base",
                    work.resolve("server").toString(),
                    "--set",
                    SERVER + "tunnel.address=127.0.0.1",
                    "--set",
                    SERVER + "tunnel.port=" + port);
            try (Program server = Product.distribution().launch(words)) {
                assertThat(server.awaitExit()).isEqualTo(1);
                assertThat(server.errors()).contains("127.0.0.1:" + port);
                assertThat(server.lines()).isEmpty();
            }
        }
    }

    @Test
    void aCacheOfAnotherVersionOrOneThatIsBrokenIsEmptiedByItself() throws IOException {
        Path base = work.resolve("server");
        String gateway;
        try (Instance server = Product.server(base)) {
            gateway = server.gateway("kept");
            server.program().kill();
        }
        Path origin = base.resolve("cache/origin");
        Files.writeString(origin, Files.readString(origin).replaceFirst("^....", "0000"));
        try (Stream<Path> cached = Files.walk(base.resolve("cache"))) {
            for (Path file : cached.filter(Files::isRegularFile).toList()) {
                if (!file.equals(origin)) {
                    Files.writeString(file, "of another version");
                }
            }
        }
        try (Instance server = Product.server(base)) {
            assertThat(server.run("gateway:list")).contains(gateway);
        }
    }

    @Test
    void withoutABaseTheOneThatRunsIsMeantAndTwoAreAnError() {
        Path home = Path.of(work.toString(), "home");
        List<Program> programs = new ArrayList<>();
        try {
            Program server = inHome(home, "server", "--set", SERVER + "tunnel.port=0");
            programs.add(server);
            server.awaitLine("ready: server");
            assertThat(ended(inHome(home, "run", "gateway:create one"))).isEqualTo(0);

            Program client = inHome(home, "client");
            programs.add(client);
            client.awaitLine("ready: client");
            Program both = inHome(home, "run", "gateway:list");
            assertThat(ended(both)).isNotZero();
            assertThat(both.errors())
                    .contains(home.resolve(".sallyport/server").toString())
                    .contains(home.resolve(".sallyport/client").toString());

            server.terminate();
            assertThat(server.awaitExit()).isZero();
            assertThat(ended(inHome(home, "health"))).isEqualTo(0);
        } finally {
            programs.forEach(Program::close);
        }
    }

    private static int ended(Program program) {
        program.input("");
        return program.awaitExit();
    }

    private static Program inHome(Path home, String... words) {
        List<String> command = new ArrayList<>(
                List.of(Product.distribution().home().resolve("bin/sallyport").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("SALLYPORT_BASE");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Duser.home=" + home);
        return Program.start(String.join(" ", words), builder);
    }
}
