// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.testkit.process.Instance.Made;
import org.sallyport.testkit.process.Ports;
import org.sallyport.testkit.process.Program;

/** WebSockets of Node's library ws through {@code http} and {@code https}. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class WebSocketIT {
    private static final Path PEER = Path.of("peers/javascript").toAbsolutePath();

    @TempDir
    static Path work;

    private static Daemon server;

    @BeforeAll
    static void start() {
        int port = Ports.one();
        server = Daemon.start("ws", port, new ProcessBuilder(node("listen", Integer.toString(port))));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static List<String> node(String... words) {
        if (!Files.isDirectory(PEER.resolve("node_modules"))) {
            Tool.skip("Node's library ws", "`npm ci` in itests/programs/peers/javascript");
        }
        List<String> command = Tool.NODE.with(PEER.resolve("websocket.mjs").toString());
        command.addAll(Arrays.asList(words));
        return command;
    }

    private static void assertTalks(String... words) {
        Outcome said = Tool.run(new ProcessBuilder(node(words)).directory(work.toFile()), Program.PATIENCE);
        assertThat(said.succeeded().out()).isEqualTo("127.0.0.1:" + server.port() + " 127.0.0.1\nok");
    }

    @ParameterizedTest
    @EnumSource
    void messagesPingsAndClosesAreCarried(Way way, Site site) {
        Made made = site.destination(way, "http", server.port());

        assertTalks("talk", "ws://" + made.address() + "/chat");
    }

    @ParameterizedTest
    @EnumSource
    void theSameInTls(Way way, Site site) throws IOException {
        Made made = site.destination(way, "https", server.port(), "", "issue localhost");
        Path authority = site.authority(made, "ingress", work);

        assertTalks("talk", "wss://localhost:" + made.port() + "/chat", authority.toString());
    }
}
