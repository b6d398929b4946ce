// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Program;

/** What the launcher refuses before anything starts, and says without an instance. */
@Timeout(60)
final class LauncherIT {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path work;

    private record Ended(int exit, String out, String err) {}

    private static Ended launch(String... words) {
        try (Program program = Product.distribution().launch(List.of(words))) {
            program.input("");
            int exit = program.awaitExit();
            return new Ended(exit, String.join("\n", program.lines()), program.errors());
        }
    }

    @Test
    void versionTellsTheVersion() {
        Ended ended = launch("version");

        assertThat(ended.exit()).isZero();
        assertThat(ended.out()).contains(System.getProperty("sallyport.version").replace("-SNAPSHOT", ""));
    }

    @Test
    void whatIsNoCommandOrOptionIsAUsageError() {
        for (List<String> words : List.of(
                List.of("serve"),
                List.of("server", "--port", "9000"),
                List.of("server", "--token-file", "t"),
                List.of("client", "--tunnels", "0"),
                List.of("client", "--server", "nowhere"),
                List.of("client", "--allow", "nowhere"),
                List.of("run"))) {
            Ended ended = launch(words.toArray(String[]::new));

            assertThat(ended.exit()).as("%s: %s", words, ended.err()).isEqualTo(2);
            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).contains("expected");
        }
    }

    @Test
    void aWrongSettingIsRefusedWithGivenAndExpectedAndNothingStarts() {
        String base = work.resolve("server").toString();

        Ended pid = launch("server", "--base", base, "--set", "org.sallyport.servr:tunnel.port=1");
        assertThat(pid.exit()).isEqualTo(2);
        assertThat(pid.err()).contains("org.sallyport.servr").contains("org.sallyport.server");

        Ended key = launch("server", "--base", base, "--set", Product.SERVER + "tunnel.prt=1");
        assertThat(key.exit()).isEqualTo(2);
        assertThat(key.err()).contains("tunnel.prt").contains("tunnel.port");

        Ended value = launch("server", "--base", base, "--set", Product.SERVER + "tunnel.port=many");
        assertThat(value.exit()).isEqualTo(2);
        assertThat(value.err()).contains("tunnel.port").contains("many").contains("expected");

        Ended client = launch("client", "--base", base, "--set", Product.CLIENT + "reconnect.attempts=-2");
        assertThat(client.exit()).isEqualTo(2);
        assertThat(client.err()).contains("reconnect.attempts").contains("-2");

        assertThat(pid.out() + key.out() + value.out() + client.out()).isEmpty();
        assertThat(work.resolve("server/run/door")).doesNotExist();
    }

    @Test
    void aWrongValueInAFileStopsTheStartWithTheFilesName() throws IOException {
        Path file = Files.createDirectories(work.resolve("server/etc")).resolve("org.sallyport.server.cfg");
        Files.writeString(file, "listen.ports = 20000-15000\n");

        Ended ended = launch("server", "--base", work.resolve("server").toString());

        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.err())
                .contains(file.toString())
                .contains("listen.ports")
                .contains("20000-15000");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void aTokenFileThatIsNotThereIsAUsageError() {
        Ended ended = launch("client", "--base", work.resolve("c").toString(), "--token-file", "no-such-file");

        assertThat(ended.exit()).isEqualTo(2);
        assertThat(ended.err()).contains("no-such-file");
    }

    @Test
    void withoutAnInstanceTheCommandsSaySo() {
        String base = work.resolve("nobody").toString();
        for (List<String> words :
                List.of(List.of("run", "--base", base, "gateway:list"), List.of("health", "--base", base))) {
            Ended ended = launch(words.toArray(String[]::new));

            assertThat(ended.exit()).as("%s: %s", words, ended.err()).isEqualTo(4);
            assertThat(ended.err()).contains(base);
            assertThat(ended.out()).isEmpty();
        }
    }
}
