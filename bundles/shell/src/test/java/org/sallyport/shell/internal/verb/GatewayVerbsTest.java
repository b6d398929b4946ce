// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.service.Refusal;
import org.sallyport.shell.internal.FakeServer;

@Timeout(20)
final class GatewayVerbsTest {
    private final Bench bench = new Bench();

    @TempDir
    Path directory;

    @Test
    void createPrintsTheIdAndNothingElse() {
        bench.run("gateway:create Warehouse");

        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_local\n");
        assertThat(bench.err()).isEmpty();
        assertThat(bench.server.asked).containsExactly("create Warehouse 90 true");
    }

    @Test
    void createTakesItsOptionsOnEitherSideOfTheName() {
        bench.run("gateway:create --token-days 0 Warehouse --no-token-required");

        assertThat(bench.server.asked).containsExactly("create Warehouse 0 false");
    }

    @Test
    void createAsJsonIsOneDocumentWithTheContractsFields() {
        bench.run("gateway:create Warehouse -o json");

        assertThat(bench.out())
                .isEqualTo(
                        """
                        {
                          "id" : "qsn47KM8iTa_local",
                          "name" : "Warehouse",
                          "enabled" : true,
                          "state" : "waiting",
                          "cause" : "no client is attached",
                          "tokenRequired" : true,
                          "tokenExpires" : "2026-04-02T03:04:05Z",
                          "clients" : 0,
                          "destinations" : 2
                        }
                        """);
    }

    @Test
    void aWaitThatEndsWellShowsTheStateThatWasWaitedFor() {
        bench.run("gateway:create Warehouse --wait attached:7 -o json");

        assertThat(bench.server.asked).containsExactly("create Warehouse 90 true", "await attached PT7S");
        assertThat(bench.out()).contains("\"state\" : \"attached\"");
    }

    @Test
    void aWaitInVainFailsAndStillPrintsWhatWasMade() {
        assertThatThrownBy(() -> bench.run("gateway:create Warehouse --wait disabled"))
                .isInstanceOf(Refusal.class)
                .hasMessage("qsn47KM8iTa_local is waiting after 30 s");
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_local\n");
    }

    @Test
    void aWrongWaitIsRefusedBeforeAnythingIsMade() {
        assertThatThrownBy(() -> bench.run("gateway:create Warehouse --wait listening"))
                .hasMessage("--wait 'listening': expected STATE[:SECONDS] with one of attached, waiting, disabled");
        assertThatThrownBy(() -> bench.run("gateway:create Warehouse --wait attached:soon"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(bench.server.asked).isEmpty();
    }

    @Test
    void updateChangesWhatIsGiven() {
        bench.run("gateway:update " + FakeServer.GATEWAY
                + " --admit-new-keys no --acl-edit server --max-clients 2 --name Other");
        bench.run("gateway:update " + FakeServer.GATEWAY + " --max-clients 1000");

        assertThat(bench.server.asked)
                .containsExactly(
                        "update qsn47KM8iTa_local Update[name=Other, admitNewKeys=false, aclEdit=SERVER, maxClients=2]",
                        "update qsn47KM8iTa_local Update[name=null, admitNewKeys=null, aclEdit=null, maxClients=1000]");
        assertThat(bench.out()).startsWith("qsn47KM8iTa_local attached\n");
    }

    @Test
    void anUpdateOfNothingOrToAWrongValueIsRefused() {
        for (String[] wrong : new String[][] {
            {"", "nothing to change"},
            {" --admit-new-keys maybe", "--admit-new-keys 'maybe': expected one of yes, no"},
            {" --acl-edit client", "--acl-edit 'client': expected one of both, server"},
            {" --max-clients 1001", "--max-clients '1001': expected a whole number from 1 to 1000"},
        }) {
            assertThatThrownBy(() -> bench.run("gateway:update " + FakeServer.GATEWAY + wrong[0]))
                    .hasMessageContaining(wrong[1]);
        }
        assertThat(bench.server.asked).isEmpty();
    }

    @Test
    void warningsGoToStandardErrorAndTheCommandSucceeds() {
        bench.server.warnings = List.of("client qsn47KM8iTa_3R2 has not applied it yet");

        bench.run("gateway:disable " + FakeServer.GATEWAY);

        assertThat(bench.err()).isEqualTo("warning: client qsn47KM8iTa_3R2 has not applied it yet\n");
        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_local disabled\n");
    }

    @Test
    void listShowsATableThatIsNotCut() {
        bench.run("gateway:list");

        assertThat(bench.out())
                .isEqualTo(
                        """
                        ID                | Name      | State    | Clients | Destinations | Token                        | Cause
                        ------------------+-----------+----------+---------+--------------+------------------------------+------
                        qsn47KM8iTa_local | Warehouse | attached | 1       | 2            | expires 2026-04-02T03:04:05Z |
                        """);
    }

    @Test
    void listAsJsonIsOneArray() {
        bench.run("gateway:list -o json");

        assertThat(bench.out()).startsWith("[").endsWith("]\n").contains("\"id\" : \"qsn47KM8iTa_local\"");
    }

    @Test
    void showTellsAllInWords() {
        bench.run("gateway:show " + FakeServer.GATEWAY);

        assertThat(bench.out())
                .isEqualTo(
                        """
                        ID            qsn47KM8iTa_local
                        Name          Warehouse
                        Enabled       yes
                        State         attached
                        Cause
                        Token         expires 2026-04-02T03:04:05Z
                        Clients       1
                        Destinations  2
                        """);
    }

    @Test
    void enableTellsTheStateWithItsCause() {
        bench.run("gateway:enable " + FakeServer.GATEWAY);

        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_local waiting: no client is attached\n");
    }

    @Test
    void deleteConfirms() {
        bench.run("gateway:delete " + FakeServer.GATEWAY);

        assertThat(bench.out()).isEqualTo("qsn47KM8iTa_local deleted\n");
    }

    @Test
    void tokenPrintsTheTokenAlone() {
        bench.run("gateway:token " + FakeServer.GATEWAY);

        assertThat(bench.out()).isEqualTo(FakeServer.TOKEN + "\n");
        assertThat(bench.server.asked).containsExactly("token qsn47KM8iTa_local false null");
    }

    @Test
    void tokenGoesToAFileOfTheCallersThatOnlyItsOwnerReads() throws IOException {
        bench.directory = directory;
        Files.writeString(directory.resolve("t"), "an older one, readable by all");

        bench.run("gateway:token " + FakeServer.GATEWAY + " --regenerate --days 7 --file t");

        assertThat(bench.out()).isEmpty();
        assertThat(bench.server.asked).containsExactly("token qsn47KM8iTa_local true 7");
        assertThat(directory.resolve("t")).hasContent(FakeServer.TOKEN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("t"))))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryContaining(path -> path.endsWith("t"));
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedBeforeTheOlderTokenIsRevoked() throws IOException {
        bench.directory = directory;
        Files.createDirectory(directory.resolve("d"));

        assertThatThrownBy(() -> bench.run("gateway:token " + FakeServer.GATEWAY + " --regenerate --file no/t"))
                .hasMessageContaining("there is no directory " + directory.resolve("no"));
        assertThatThrownBy(() -> bench.run("gateway:token " + FakeServer.GATEWAY + " --regenerate --file d"))
                .hasMessageContaining("it is a directory");
        assertThat(bench.server.asked).isEmpty();
    }

    @Test
    void aTokenIsNotExtended() {
        assertThatThrownBy(() -> bench.run("gateway:token " + FakeServer.GATEWAY + " --days 7"))
                .hasMessageContaining("--days without --regenerate");
        assertThatThrownBy(() -> bench.run("gateway:token " + FakeServer.GATEWAY + " --regenerate --days 366"))
                .hasMessage("--days '366': expected a whole number from 0 to 365");
    }

    @Test
    void whatIsNoIdIsRefusedWithAHint() {
        assertThatThrownBy(() -> bench.run("gateway:show warehouse"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'warehouse' is not a gateway ID")
                .hasMessageEndingWith("gateway:list shows them");
    }

    @Test
    void withoutTheRoleTheMessageNamesTheFeature() {
        bench.services.gateways = null;

        assertThatThrownBy(() -> bench.run("gateway:list"))
                .isInstanceOf(Failed.class)
                .hasMessageContaining("sallyport-server (feature:install)");
    }

    @Test
    void aBrokenServiceIsToldWithoutItsStack() {
        bench.server.failure = new IllegalStateException("told to break");

        assertThatThrownBy(() -> bench.run("gateway:list"))
                .isInstanceOf(Failed.class)
                .hasMessage(
                        "it failed inside (java.lang.IllegalStateException: told to break); the log has the details");
    }

    @Test
    void aRefusalArrivesAsItIsThroughDependentStages() {
        bench.server.failure = Refusal.conflict("there is one of that name already");

        assertThatThrownBy(() -> bench.run("gateway:create Warehouse")).isSameAs(bench.server.failure);
    }
}
