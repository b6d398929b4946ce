// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance;
import org.sallyport.testkit.process.Program;

/** Commands through the door of a server that has no client. */
@Timeout(120)
final class RunIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path work;

    private static Instance server;

    @BeforeAll
    static void start() {
        server = Product.server(work.resolve("server"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void commandsAreSeparatedBySemicolonsAndLineEndsOutsideOfQuotes() {
        String printed = server.run("gateway:create 'a; b'\ngateway:create \"c\" ; gateway:create d");

        assertThat(printed.lines()).hasSize(3).allMatch(id -> id.matches("[0-9A-Za-z]{11}_local"));
        assertThat(server.run("gateway:list -o json")).contains("\"a; b\"");
    }

    @Test
    void theFirstThatFailsIsTheLastAndItsMessageIsOnStandardError() {
        Instance.Result result =
                server.tryRun("gateway:create before; gateway:show AAAAAAAAAAA_local; gateway:create after");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out().lines()).hasSize(1);
        assertThat(result.err()).contains("AAAAAAAAAAA_local").doesNotContain("\tat ");
        assertThat(server.run("gateway:list")).contains("before").doesNotContain("after");
    }

    @Test
    void anUnknownCommandFails() {
        Instance.Result result = server.tryRun("gateway:lst");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("gateway:lst");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void everyCommandOfTheManualIsThereAndExplainsItself() throws IOException {
        List<String> usages = Files.readAllLines(Path.of("../../docs/commands.md")).stream()
                .filter(line -> line.matches("[a-z]+:[a-z]+( .*)?"))
                .toList();
        assertThat(usages).hasSizeGreaterThan(30);

        String printed = server.run(usages.stream()
                .map(usage -> usage.replaceFirst(" .*", "") + " --help")
                .collect(Collectors.joining("; ")));

        assertThat(printed.lines()).containsAll(usages);
    }

    @Test
    void commandsComeFromStandardInput() {
        try (Program run = Product.distribution()
                .launch(List.of("run", "--base", server.base().toString(), "-"))) {
            run.input("# two gateways\ngateway:create piped-1\n\ngateway:create piped-2\n");

            assertThat(run.awaitExit()).as(run.errors()).isZero();
            assertThat(run.lines()).hasSize(2);
        }
    }

    @Test
    void aPersonTypesInTheShellAndExitLeavesItAndNotTheServer() {
        String shell = Product.distribution().home().resolve("bin/sallyport") + " shell --base " + server.base();
        ProcessBuilder inTerminal = new ProcessBuilder("script", "-qec", shell, "/dev/null");
        inTerminal.environment().put("JAVA_HOME", System.getProperty("java.home"));
        inTerminal.environment().put("TERM", "xterm");
        try (Program terminal = Program.start("shell", inTerminal)) {
            terminal.awaitLine("Sallyport server");
            terminal.type("gateway:create typed\rexit\r");

            assertThat(terminal.awaitExit()).as(terminal.errors()).isZero();
        }
        assertThat(server.run("gateway:list")).contains("typed");
    }

    @Test
    void outputIsPlainWholeAndUtf8() {
        String name = "Lager Köln – 東京 " + "x".repeat(100);
        server.run("gateway:create '" + name + "'");

        String listed = server.run("gateway:list");

        assertThat(listed).contains(name).doesNotContain("\u001b");
    }

    @Test
    void relativeFilesAreTheCallers() throws IOException {
        Path directory = Files.createDirectories(work.resolve("caller"));
        String gateway = server.gateway("files");
        Files.writeString(directory.resolve("rules.acl"), "# one\nacl allow db.example:5432/\nacl deny :22\n");
        List<String> run = List.of("run", "--base", server.base().toString());

        Instance.Result loaded = server.call(with(run, "acl:load " + gateway + " rules.acl"), directory);
        Instance.Result token = server.call(with(run, "gateway:token " + gateway + " --file t"), directory);

        assertThat(loaded.exit()).as(loaded.err()).isZero();
        assertThat(server.run("acl:show " + gateway)).contains("db.example").contains("22");
        assertThat(token.exit()).as(token.err()).isZero();
        assertThat(token.out()).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("t"))))
                .isEqualTo("rw-------");
        assertThat(directory.resolve("t")).hasContent(server.run("gateway:token " + gateway));
    }

    private static List<String> with(List<String> words, String last) {
        return Stream.concat(words.stream(), Stream.of(last)).toList();
    }

    @Test
    void aFileWithAWrongLineChangesNothingAndNamesTheLine() throws IOException {
        String gateway = server.gateway("wrong line");
        server.run("acl:allow " + gateway + " db:5432");
        Path file = Files.writeString(work.resolve("wrong.acl"), "acl allow a:1\nacl alow b:2\n");

        Instance.Result result = server.tryRun("acl:load " + gateway + " " + file);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("line 2").contains("acl alow b:2");
        assertThat(server.run("acl:show " + gateway)).contains("5432").doesNotContain("a |");
    }

    @Test
    void gatewaysAsJsonHaveTheContractsFields() {
        JsonNode made = Product.json(server, "gateway:create json --token-days 7");
        String id = made.get("id").asText();

        assertThat(Product.fields(made))
                .containsExactly(
                        "id",
                        "name",
                        "enabled",
                        "state",
                        "cause",
                        "tokenRequired",
                        "tokenExpires",
                        "clients",
                        "destinations");
        assertThat(made.get("state").asText()).isEqualTo("waiting");
        assertThat(made.get("tokenExpires").asText()).matches("20[0-9]{2}-.*Z");
        assertThat(Product.json(server, "gateway:list").isArray()).isTrue();
        assertThat(Product.fields(Product.json(server, "gateway:show " + id))).isEqualTo(Product.fields(made));
        assertThat(Product.json(server, "gateway:disable " + id).get("enabled").asBoolean())
                .isFalse();
    }

    @Test
    void destinationsAsJsonHaveTheContractsFieldsAndTheirPortIsReservedWhileTheyWait() {
        String gateway = server.gateway("destinations");
        String printed = server.run("destination:create " + gateway + " d --resource db.example:5432");
        assertThat(printed).matches("[0-9A-Za-z]{11}_[0-9A-Za-z]{5} 127\\.0\\.0\\.1:[0-9]{5}");
        String id = printed.substring(0, printed.indexOf(' '));

        JsonNode shown = Product.json(server, "destination:show " + id);

        assertThat(Product.fields(shown))
                .containsExactly(
                        "id",
                        "gateway",
                        "name",
                        "direction",
                        "protocol",
                        "resource",
                        "listen",
                        "enabled",
                        "state",
                        "cause",
                        "connections",
                        "bytes");
        assertThat(Product.fields(shown.get("resource"))).containsExactly("host", "port");
        assertThat(Product.fields(shown.get("listen"))).containsExactly("address", "port");
        assertThat(Product.fields(shown.get("connections"))).containsExactly("open", "total", "refused");
        assertThat(Product.fields(shown.get("bytes"))).containsExactly("in", "out");
        assertThat(shown.get("state").asText()).isEqualTo("waiting");
        assertThat(shown.get("cause").asText()).isNotEmpty();
        assertThat("127.0.0.1:" + shown.get("listen").get("port").asInt())
                .isEqualTo(printed.substring(printed.indexOf(' ') + 1));
        JsonNode cloud = Product.json(
                server, "destination:create " + gateway + " c --cloud --client-port 12345 --resource 127.0.0.1:80");
        assertThat(cloud.get("direction").asText()).isEqualTo("cloud");
        assertThat(Product.json(server, "destination:list " + gateway)).hasSize(2);
    }

    @Test
    void destinationsAsJsonHaveTheirOptionsWhereOneIsSet() {
        String gateway = server.gateway("options");

        JsonNode shown = Product.json(
                server, "destination:create " + gateway + " d --resource db:5432 --restricted yes --idle-timeout 60");

        assertThat(shown.get("options").get("restricted").asBoolean()).isTrue();
        assertThat(shown.get("options").get("idleTimeout").asInt()).isEqualTo(60);
        assertThat(shown.get("options").get("connectTimeout").asInt()).isEqualTo(10);
    }

    @Test
    void aDestinationWhoseProtocolIsNotInstalledWaitsForIt() {
        String gateway = server.gateway("protocol");
        Instance.Made made = server.destination(gateway + " d --resource db:1 --protocol later");

        assertThat(server.run("destination:show " + made.id()))
                .contains("waiting")
                .contains("later");
    }

    @Test
    void aDestinationIsUpdatedDisabledEnabledAndDeleted() {
        String gateway = server.gateway("life");
        Instance.Made made = server.destination(gateway + " d --resource db:1 --idle-timeout 5 --max-connections 9");

        server.run("destination:update " + made.id() + " --name other --resource db:2");
        assertThat(server.run("destination:show " + made.id()))
                .contains("other")
                .contains("db:2")
                .contains(made.address());
        assertThat(server.run("destination:disable " + made.id())).contains("disabled");
        server.run("destination:enable " + made.id() + " --wait waiting");
        server.run("destination:delete " + made.id());
        assertThat(server.tryRun("destination:show " + made.id()).exit()).isEqualTo(1);
    }

    @Test
    void aWaitInVainFailsWithTheStateItIsInAndStillPrintsWhatWasMade() {
        String gateway = server.gateway("vain");

        Instance.Result result =
                server.tryRun("destination:create " + gateway + " d --resource db:1 --wait listening:1");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).matches("[0-9A-Za-z]{11}_[0-9A-Za-z]{5} 127\\.0\\.0\\.1:[0-9]{5}");
        assertThat(result.err()).contains("waiting");
        assertThat(server.tryRun("gateway:show " + gateway + " --wait waiting:1")
                        .exit())
                .isZero();
    }

    @Test
    void wrongValuesAreRefusedWithGivenAndExpected() {
        String gateway = server.gateway("wrong values");
        for (String[] wrong : new String[][] {
            {"gateway:create x --token-days 366", "366"},
            {"gateway:show nonsense", "nonsense"},
            {"destination:create " + gateway + " x --resource nowhere", "nowhere"},
            {"destination:create " + gateway + " x --resource h:0", "0"},
            {"destination:create " + gateway + " x --resource h:1 --listen-port 0", "listen-port"},
            {"destination:create " + gateway + " x --resource h:1 --protocol 'No such'", "No such"},
            {"destination:create " + gateway + " x --resource h:1 --connect-timeout 181", "181"},
            {"acl:allow " + gateway + " nowhere", "nowhere"},
            {"acl:remove " + gateway + " absent:1", "absent:1"},
            {"client:show AAAAAAAAAAA_AAA", "AAAAAAAAAAA_AAA"},
            {"client:block 0123", "0123"},
        }) {
            Instance.Result result = server.tryRun(wrong[0]);

            assertThat(result.exit()).as(wrong[0] + ": " + result.out()).isEqualTo(1);
            assertThat(result.err()).as(wrong[0]).contains(wrong[1]).doesNotContain("\tat ");
        }
    }

    @Test
    void anOpenGatewayHandsOutADescriptorAndSaysThatItIsOpen() {
        String gateway = server.run("gateway:create open --no-token-required");

        assertThat(server.run("gateway:show " + gateway)).contains("open");
        assertThat(server.run("gateway:token " + gateway)).isNotEmpty();
    }

    @Test
    void aCommandOfTheOtherRoleNamesTheFeature() {
        Instance.Result result = server.tryRun("tunnel:attach --token-file /dev/null");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("sallyport-client");
    }

    @Test
    void healthIsALineACheckAndTheExitCodeTheVerdict() {
        Instance.Result health =
                server.call(List.of("health", "--base", server.base().toString()), work);

        assertThat(health.exit()).as(health.out()).isZero();
        assertThat(health.out().lines()).isNotEmpty().allMatch(line -> line.matches("[a-z ]+: ok.*"));
    }
}
