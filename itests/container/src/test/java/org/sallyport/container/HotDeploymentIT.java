// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
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
    private Instance.Made destination;

    @BeforeAll
    void startBoth() throws IOException {
        distribution = Distribution.unpack(Files.createDirectory(work.resolve("distribution")));
        echo = Transfer.echo();
        server = distribution.server(work.resolve("server"), "--set", "org.sallyport.server:drain.timeout=2");
        String gateway = server.gateway("hot");
        Path token = server.token(gateway);
        client = distribution.client(
                work.resolve("client"),
                "--token-file",
                token.toString(),
                "--allow",
                "127.0.0.1:" + echo.getLocalPort());
        client.program().awaitLine("attached:");
        destination = server.destination(gateway + " echo --resource 127.0.0.1:" + echo.getLocalPort()
                + " --listen-port " + Resources.freePort() + " --wait listening:30");
    }

    @AfterAll
    void endBoth() throws IOException {
        client.close();
        server.close();
        echo.close();
    }

    @Test
    void aProtocolThatGoesDrainsItsConnectionsThenItsDestinationsWait() throws Exception {
        try (Transfer transfer = Transfer.through(destination.port()).goesOn()) {
            server.run("bundle:stop " + PROTOCOL);

            assertThat(transfer.broken()).contains("Exception");
            assertThat(state()).contains("waiting").contains("protocol tcp is not installed");
        } finally {
            server.run("bundle:start " + PROTOCOL);
        }
        server.run("destination:show " + destination.id() + " --wait listening:30");
        try (Transfer transfer = Transfer.through(destination.port()).goesOn()) {
            assertThat(transfer.finish()).isPositive();
        }
    }

    @Test
    void aSecondVersionOfAProtocolTakesOverFromTheFirst() throws Exception {
        Path deployed = server.base().resolve("deploy/protocol-tcp-next.jar");
        try (Transfer first = Transfer.through(destination.port()).goesOn()) {
            Path next = work.resolve("next.jar");
            repack(jarOf("sallyport-protocol-tcp"), next, "99.0.0");
            Files.move(next, deployed, StandardCopyOption.ATOMIC_MOVE);
            awaitOutput("bundle:list --no-format | grep 99.0.0", "Active");
            first.goesOn();

            server.run("bundle:stop " + PROTOCOL + "/" + firstVersion());

            first.broken();
            try (Transfer second = Transfer.through(destination.port()).goesOn()) {
                assertThat(state()).contains("listening");
                second.finish();
            }
        } finally {
            server.run("bundle:start " + PROTOCOL + "/" + firstVersion());
            Files.deleteIfExists(deployed);
        }
        awaitOutput("bundle:list --no-format | grep -c 99.0.0", "0");
        try (Transfer after = Transfer.through(destination.port()).goesOn()) {
            after.finish();
        }
    }

    @Test
    void editsOfTheConfigurationLeaveRunningTransfersAlone() throws Exception {
        Path file = server.base().resolve("etc/org.sallyport.server.cfg");
        String before = Files.readString(file);
        try (Transfer transfer = Transfer.through(destination.port()).goesOn()) {
            for (String line : new String[] {
                "listen.ports = 15000-19998",
                "egress.deny = 192.0.2.1",
                "egress.allow = 127.0.0.1:1",
                "listen.grace = 4",
                "region = elsewhere",
                "tunnel.advertised = gw.example:9000"
            }) {
                replace(file, before + "\n" + line + "\n");
                transfer.goesOn();
            }
            replace(file, before + "\nlisten.grace = soon\n");
            awaitHealth(1, "listen.grace");
            transfer.goesOn();
            replace(file, before);
            awaitHealth(0, "");
            assertThat(transfer.finish()).isPositive();
        } finally {
            replace(file, before);
        }
    }

    @Test
    void whileTheRegistryIsAwayConnectionsLiveOnAndAttachesAreRefusedForAWhile() throws Exception {
        try (Transfer transfer = Transfer.through(destination.port()).goesOn()) {
            server.run("bundle:stop org.sallyport.registry");
            transfer.goesOn();
            try (Transfer another = Transfer.through(destination.port()).goesOn()) {
                another.finish();
            }
            assertThat(server.tryRun("gateway:create away").err()).contains("registry");

            server.run("bundle:start org.sallyport.registry");
            transfer.goesOn();
            assertThat(transfer.finish()).isPositive();
        }
        awaitOutput("gateway:list", "hot");
    }

    private String state() {
        return server.run("destination:show " + destination.id() + " -o json");
    }

    private void awaitOutput(String command, String wanted) {
        String last = "";
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            last = server.tryRun(command).out();
            if (last.contains(wanted)) {
                return;
            }
        }
        throw new AssertionError("'" + command + "' printed\n" + last + "\nand never '" + wanted + "'");
    }

    private void awaitHealth(int exit, String text) {
        Instance.Result last = null;
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            last = server.call(
                    java.util.List.of("health", "--base", server.base().toString()), work);
            if (last.exit() == exit && last.out().contains(text)) {
                return;
            }
        }
        throw new AssertionError("health was " + last + ", never " + exit + " with '" + text + "'");
    }

    private static void replace(Path file, String text) throws IOException {
        Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private String firstVersion() {
        return server.run("bundle:list --no-format -s | grep " + PROTOCOL + " | grep -v 99.0.0 | head -n 1")
                .replaceAll("(?s).*?([0-9]+\\.[0-9]+\\.[0-9]+\\S*).*", "$1");
    }

    private Path jarOf(String artifact) throws IOException {
        try (Stream<Path> files = Files.walk(distribution.home().resolve("system"))) {
            return files.filter(file -> file.getFileName().toString().matches(artifact + "-.*\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void repack(Path from, Path to, String version) throws IOException {
        try (JarInputStream in = new JarInputStream(Files.newInputStream(from))) {
            Manifest manifest = in.getManifest();
            manifest.getMainAttributes().put(new Attributes.Name("Bundle-Version"), version);
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(to), manifest)) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    in.transferTo(out);
                }
            }
        }
    }
}
