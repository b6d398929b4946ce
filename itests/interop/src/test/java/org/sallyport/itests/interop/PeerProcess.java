// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.itests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A yamux that somebody else wrote, as a process. */
final class PeerProcess implements AutoCloseable {
    private static final Path PEERS = Path.of("peers").toAbsolutePath();
    private static final long SECONDS = 90;

    private final Process process;
    private final BufferedReader output;
    private final Path errors;

    private PeerProcess(List<String> command, Path folder, Map<String, String> environment) throws IOException {
        errors = Files.createTempFile(Path.of("target"), "peer", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** HashiCorp's; built when it is first needed. */
    static PeerProcess go(long window, String... arguments) throws IOException, InterruptedException {
        Path program = buildGo();
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return new PeerProcess(command, Path.of("target"), Map.of("YAMUX_WINDOW", String.valueOf(window)));
    }

    /** libp2p's. */
    static PeerProcess javascript(String... arguments) throws IOException {
        Path folder = PEERS.resolve("javascript");
        if (!Files.isDirectory(folder.resolve("node_modules")) || !has("node")) {
            skip("JavaScript", "Node 20 and `npm ci` in itests/interop/peers/javascript");
        }
        List<String> command = new ArrayList<>(List.of("node", "peer.mjs"));
        command.addAll(List.of(arguments));
        return new PeerProcess(command, folder, Map.of());
    }

    private static synchronized Path buildGo() throws IOException, InterruptedException {
        Path program = Path.of("target", "go-peer").toAbsolutePath();
        if (Files.exists(program)) {
            return program;
        }
        if (!has("go") || !Files.isDirectory(Path.of("/usr/share/gocode/src/github.com/hashicorp/yamux"))) {
            skip("Go", "Debian's golang-go and golang-github-hashicorp-yamux-dev");
        }
        ProcessBuilder build = new ProcessBuilder("go", "build", "-o", program.toString(), "peer.go")
                .directory(PEERS.resolve("go").toFile())
                .redirectErrorStream(true)
                .redirectOutput(program.resolveSibling("go-build.log").toFile());
        build.environment().putAll(Map.of("GO111MODULE", "off", "GOPATH", "/usr/share/gocode"));
        build.environment().put("GOCACHE", program.resolveSibling("go-cache").toString());
        Process running = build.start();
        assertThat(running.waitFor(SECONDS * 2, TimeUnit.SECONDS))
                .as("the Go peer is built")
                .isTrue();
        assertThat(running.exitValue())
                .as("go build: %s", Files.readString(program.resolveSibling("go-build.log")))
                .isZero();
        return program;
    }

    private static boolean has(String program) {
        return List.of(System.getenv("PATH").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static void skip(String peer, String needs) {
        String sentence = "interoperability with the " + peer + " peer is NOT tested: it needs " + needs;
        if ("true".equals(System.getenv("CI")) || "required".equals(System.getProperty("sallyport.interop"))) {
            throw new AssertionError(sentence);
        }
        System.err.println(sentence);
        abort(sentence);
    }

    /** {@return the port that it listens on} */
    int port() throws IOException {
        String line = output.readLine();
        assertThat(line).as("the peer's first line, %s", errorText()).startsWith("listening ");
        return Integer.parseInt(line.substring("listening ".length()));
    }

    /** It ends by itself, and was content. */
    void succeeds() throws InterruptedException {
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        assertThat(ended)
                .as("the peer ends within %d s; %s", SECONDS, errorText())
                .isTrue();
        assertThat(process.exitValue())
                .as("the peer's exit code; %s", errorText())
                .isZero();
    }

    private String errorText() {
        try {
            return "its errors: " + Files.readString(errors);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        output.close();
        Files.delete(errors);
    }
}
