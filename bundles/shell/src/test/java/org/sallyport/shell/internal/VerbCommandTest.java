// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our commands in Karaf's own shell. */
@Timeout(20)
final class VerbCommandTest {
    private final FakeServer server = new FakeServer();
    private final KarafSessions karaf = new KarafSessions(FakeServices.of(server));
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Session session = karaf.factory.create(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8));

    @AfterEach
    void leave() {
        session.close();
        karaf.close();
    }

    @Test
    void optionsBehindArgumentsReachTheCommand() throws Exception {
        session.execute("gateway:create 'The warehouse' --token-days 7");

        assertThat(server.asked).containsExactly("create The warehouse 7 true");
        assertThat(out.toString(UTF_8)).isEqualTo("qsn47KM8iTa_local\n");
    }

    @Test
    void answersGoThroughPipes() throws Exception {
        session.execute("gateway:list | grep nothing-like-this");
        assertThat(out.toString(UTF_8)).isEmpty();

        session.execute("gateway:list -o json | grep Warehouse");
        assertThat(out.toString(UTF_8)).contains("Warehouse").doesNotContain("tokenExpires");
    }

    @Test
    void warningsGoToTheSessionsErrors() throws Exception {
        server.warnings = List.of("a client sleeps");

        session.execute("gateway:enable " + FakeServer.GATEWAY);

        assertThat(err.toString(UTF_8)).isEqualTo("warning: a client sleeps\n");
    }

    @Test
    void targetsAreTakenAsTheyAreTyped() throws Exception {
        session.execute("acl:allow " + FakeServer.GATEWAY + " :443");
        session.execute("acl:allow " + FakeServer.GATEWAY + " db:");
        session.execute("acl:allow " + FakeServer.GATEWAY + " :");
        session.execute("acl:allow " + FakeServer.GATEWAY + " '[::1]:443'");
        session.execute("acl:allow " + FakeServer.GATEWAY + " web:443/a/b");

        assertThat(server.asked)
                .containsExactly(
                        "put qsn47KM8iTa_local allow :443",
                        "put qsn47KM8iTa_local allow db:",
                        "put qsn47KM8iTa_local allow :",
                        "put qsn47KM8iTa_local allow [::1]:443",
                        "put qsn47KM8iTa_local allow web:443/a/b");
    }

    @Test
    void bracketsWithoutQuotesAreRefusedWithTheReason() {
        assertThatThrownBy(() -> session.execute("acl:allow " + FakeServer.GATEWAY + " [::1]:443"))
                .hasMessageContaining("in quotes");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void failuresAreKarafsOwnKindWithOurMessage() {
        assertThatThrownBy(() -> session.execute("gateway:show warehouse"))
                .isInstanceOfSatisfying(CommandException.class, failure -> assertThat(failure.getNiceHelp())
                        .startsWith("gateway:show: 'warehouse' is not a gateway ID")
                        .doesNotContain("\u001b"));
    }

    @Test
    void helpIsTheUsage() throws Exception {
        session.execute("gateway:token --help");

        assertThat(out.toString(UTF_8))
                .startsWith("gateway:token ID [--regenerate] [--days N] [--file FILE]\n\n")
                .doesNotContain("\u001b");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void tabCompletesNamesAndIds() {
        assertThat(completed("gateway:to")).containsExactly("gateway:token");
        assertThat(completed("destination:show ")).containsExactly(FakeServer.ON_PREMISES, FakeServer.CLOUD);
        assertThat(completed("destination:show qsn47KM8iTa_9")).containsExactly(FakeServer.ON_PREMISES);
        assertThat(completed("gateway:show " + FakeServer.GATEWAY + " --w")).containsExactly("--wait");
        assertThat(completed("nothing:like ")).isEmpty();
    }

    private List<String> completed(String line) {
        List<String> candidates = new ArrayList<>();
        for (Command command : karaf.factory.getRegistry().getCommands()) {
            if (command instanceof VerbCommand) {
                String[] words = line.split(" ", -1);
                command.getCompleter(false)
                        .complete(
                                session,
                                new CommandLineImpl(
                                        words, words.length - 1, words[words.length - 1].length(), line.length(), line),
                                candidates);
            }
        }
        return candidates;
    }

    @Test
    void afterTheRegistrationEndsTheCommandsAreGone() {
        karaf.withdraw();

        assertThat(karaf.factory.getRegistry().getCommands()).noneMatch(VerbCommand.class::isInstance);
        assertThatThrownBy(() -> session.execute("gateway:list")).hasMessageContaining("gateway:list");
    }
}
