// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Resources;

/** Tokens, refusals, and what a client prints and how it ends. */
@Timeout(120)
final class AttachIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static int count;
    private static Instance server;

    @BeforeAll
    static void start() {
        server = Product.server(work.resolve("server"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Path base() {
        return work.resolve("client-" + ++count);
    }

    private static Instance start(String... words) {
        return Product.distribution().start("client", base(), List.of(words));
    }

    /** Waits for the refusal, checks it, and waits for the end that follows because nothing else is left. */
    private static void assertRefusedForGood(Instance client, String code) {
        String line = client.program().awaitLine("refused: ");
        assertThat(line).matches("refused: gateway=\\S+ code=" + code + " text=\"[^\"]+\" retry=never");
        assertThat(client.program().awaitExit()).isEqualTo(5);
        assertThat(client.program().errors()).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    @Test
    void aClientWithoutATokenWaitsForOne() {
        String gateway = server.gateway("late");
        Path token = server.token(gateway);
        try (Instance client = Product.distribution().client(base())) {
            String id = client.run("tunnel:attach --token-file " + token);
            assertThat(client.program().awaitLine("attached: "))
                    .isEqualTo("attached: gateway=" + gateway + " client=" + id);
            assertThat(client.run("tunnel:list")).contains(id);

            client.run("tunnel:detach " + id);
            assertThat(client.program().awaitLine("detached: "))
                    .startsWith("detached: gateway=" + gateway + " client=" + id + " reason=");
            assertThat(client.run("tunnel:list")).doesNotContain(id);

            Instance.Result other = client.tryRun("gateway:list");
            assertThat(other.exit()).isEqualTo(1);
            assertThat(other.err()).contains("sallyport-server");
        }
    }

    @Test
    void aTokenComesFromStandardInputAndIsNeverShown() throws IOException {
        String gateway = server.gateway("stdin");
        String token = server.run("gateway:token " + gateway);
        try (Instance client = start("--token-file", "-", "--tunnels", "2")) {
            client.program().input(token + "\n");
            client.program().awaitLine("attached: gateway=" + gateway);
            client.program().awaitLine("attached: gateway=" + gateway);

            byte[] arguments =
                    Files.readAllBytes(Path.of("/proc/" + client.program().pid() + "/cmdline"));
            assertThat(new String(arguments, StandardCharsets.UTF_8)).doesNotContain(token);
            for (Instance each : List.of(server, client)) {
                assertThat(each.log()).doesNotContain(token);
                assertThat(each.program().errors()).doesNotContain(token);
                assertThat(String.join("\n", each.program().lines())).doesNotContain(token);
            }
            for (String file : filesWith(token, server.base(), client.base())) {
                throw new AssertionError("the token stands in " + file);
            }
            String secret = Files.readString(server.base().resolve("run/door"));
            assertThat(server.log()).doesNotContain(secret.replaceAll("(?s).*secret=([0-9a-f]+).*", "$1"));
        }
    }

    private static List<String> filesWith(String text, Path... folders) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                        found.add(file.toString());
                    }
                }
            }
        }
        return found;
    }

    @Test
    void whatIsNoTokenEndsTheClient() throws IOException {
        Path file = Files.writeString(work.resolve("nonsense"), "nonsense");
        try (Instance client = start("--token-file", file.toString())) {
            assertRefusedForGood(client, "token-unreadable");
        }
    }

    @Test
    void aTruncatedTokenEndsTheClient() throws IOException {
        String token = server.run("gateway:token " + server.gateway("truncated"));
        Path file = Files.writeString(work.resolve("truncated"), token.substring(0, token.length() - 20));
        try (Instance client = start("--token-file", file.toString())) {
            String line = client.program().awaitLine("refused: ");
            assertThat(line).contains("code=token-").endsWith("retry=never");
            assertThat(client.program().awaitExit()).isEqualTo(5);
        }
    }

    @Test
    void aRevokedTokenIsRefusedWhileWhoIsAttachedStays() {
        String gateway = server.gateway("revoked");
        Path token = server.token(gateway);
        try (Instance attached = Product.attached(base(), token)) {
            server.run("gateway:token " + gateway + " --regenerate");

            try (Instance late = start("--token-file", token.toString())) {
                assertRefusedForGood(late, "token-revoked");
            }
            assertThat(server.program().awaitLine("refused: gateway=" + gateway))
                    .contains("code=token-revoked");
            assertThat(Product.json(attached, "tunnel:list")).hasSize(1);
        }
    }

    @Test
    void aRefusedTokenDoesNotStopTheOthers() {
        String good = server.gateway("good");
        String bad = server.gateway("bad");
        Path goodToken = server.token(good);
        Path badToken = server.token(bad);
        server.run("gateway:token " + bad + " --regenerate");
        try (Instance client = start("--token-file", badToken.toString(), "--token-file", goodToken.toString())) {
            client.program().awaitLine("attached: gateway=" + good);
            assertThat(client.program().lines()).anyMatch(line -> line.startsWith("refused: gateway=" + bad));
            assertThat(client.program().alive()).isTrue();
        }
    }

    @Test
    void aTokenOfADeletedGatewayIsRefused() {
        String gateway = server.gateway("deleted");
        Path token = server.token(gateway);
        server.run("gateway:delete " + gateway);
        try (Instance client = start("--token-file", token.toString())) {
            assertRefusedForGood(client, "unknown-gateway");
        }
    }

    @Test
    void aServerThatIsNotTheTokensIsNotTrusted() {
        try (Instance other = Product.server(work.resolve("other"));
                Instance client = start(
                        "--token-file",
                        other.token(other.gateway("elsewhere")).toString(),
                        "--server",
                        "127.0.0.1:" + server.tunnelPort(),
                        "--set",
                        Product.CLIENT + "reconnect.attempts=0")) {
            assertRefusedForGood(client, "unreachable");
            assertThat(client.program().errors()).contains("127.0.0.1:" + server.tunnelPort());
        }
    }

    @Test
    void aBlockedKeyIsDetachedAndComesNoMore() {
        String gateway = server.gateway("blocked");
        Path token = server.token(gateway);
        Path base = base();
        try (Instance client = Product.attached(base, token)) {
            String key = Product.json(server, "client:list " + gateway)
                    .get(0)
                    .get("key")
                    .asText();

            server.run("client:block " + key);

            client.program().awaitLine("detached: gateway=" + gateway);
            assertThat(client.program().awaitExit()).isEqualTo(5);
        }
        try (Instance again = Product.distribution().start("client", base, List.of("--token-file", token.toString()))) {
            assertRefusedForGood(again, "key-blocked");
        }
    }

    @Test
    void aTerminatedClientDoesNotComeBackAndADrainedOneDoes() {
        String gateway = server.gateway("ended");
        try (Instance client = Product.attached(base(), server.token(gateway))) {
            String id = Product.json(server, "client:list " + gateway)
                    .get(0)
                    .get("id")
                    .asText();
            server.run("client:drain " + id);
            client.program().awaitLine("detached: gateway=" + gateway);
            String line = client.program().awaitLine("attached: gateway=" + gateway);

            server.run("client:terminate " + Product.value(line, "client"));
            client.program().awaitLine("detached: gateway=" + gateway);
            assertThat(client.program().awaitExit()).isEqualTo(5);
        }
        assertThat(server.run("client:history " + gateway)).contains(gateway.substring(0, 11));
    }

    @Test
    void aClientThatIsEndedTellsTheServer() {
        String gateway = server.gateway("told");
        try (Instance client = Product.attached(base(), server.token(gateway))) {
            client.program().terminate();
            assertThat(client.program().awaitExit()).isZero();
        }
        server.program().awaitLine("detached: gateway=" + gateway);
        server.run("gateway:show " + gateway + " --wait waiting:10");
    }

    @Test
    void allowAddsARuleAndAclFileReplacesTheList() throws Exception {
        HttpServer web = Resources.web("hello");
        try {
            String resource = "127.0.0.1:" + web.getAddress().getPort();
            String gateway = server.gateway("rules");
            Path token = server.token(gateway);
            server.run("acl:allow " + gateway + " older:1");
            try (Instance client = Product.attached(base(), token, "--allow", resource, "--allow", "second:2")) {
                assertThat(server.run("acl:show " + gateway)).contains("older").contains("second");
                Instance.Made made = server.destination(gateway + " d --resource " + resource + " --wait listening");
                assertThat(Resources.get(made.address())).isEqualTo("hello");
                client.program().terminate();
                client.program().awaitExit();
            }
            Path file = Files.writeString(work.resolve("rules.acl"), "acl allow third:3\n");
            try (Instance client = Product.attached(base(), token, "--acl-file", file.toString())) {
                assertThat(client.run("acl:show " + gateway)).contains("third").doesNotContain("older");
            }
        } finally {
            web.stop(0);
        }
    }

    @Test
    void theCeilingOfAClientIsWidenedByNobody() throws Exception {
        HttpServer web = Resources.web("hello");
        try {
            String resource = "127.0.0.1:" + web.getAddress().getPort();
            String gateway = server.gateway("ceiling");
            Path base = base();
            Files.createDirectories(base.resolve("etc"));
            Files.writeString(base.resolve("etc/ceiling.acl"), "allow elsewhere:1\n");
            try (Instance client = Product.attached(base, server.token(gateway), "--allow", resource)) {
                Instance.Made made = server.destination(gateway + " d --resource " + resource + " --wait listening");
                assertThatThrownBy(() -> Resources.get(made.address())).isInstanceOf(IOException.class);
                assertThat(client.log()).contains("ceiling");
            }
        } finally {
            web.stop(0);
        }
    }

    @Test
    void nothingButTheContractsLinesIsOnStandardOutput() {
        assertThat(server.program().lines()).allMatch(line -> line.matches("(ready|attached|detached|refused): .*"));
        assertThat(server.program().alive()).isTrue();
    }
}
