// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.testkit.process.Instance.Made;
import org.sallyport.testkit.process.Program;

/** What programs that look for weaknesses say of the ingress, nginx behind it. */
@Timeout(180)
@ExtendWith(Site.Shared.class)
final class HardeningIT {
    private static final int LARGE = 4 << 20;

    /** Of each kind; all three are at work at once. */
    private static final String SLOW_CONNECTIONS = "60";

    @TempDir
    static Path work;

    private static Daemon nginx;

    @BeforeAll
    static void start() throws IOException {
        nginx = Nginx.plain(work);
        Files.writeString(Nginx.files(work).resolve("small"), "hello\n");
        Files.write(Nginx.files(work).resolve("large"), new byte[LARGE]);
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
    }

    @Test
    void testsslFindsNothingWrongWithHttps(Site site) throws IOException {
        Made made = site.destination(Way.ON_PREMISES, "https", nginx.port(), "", "issue localhost");
        Path findings = work.resolve("findings.csv");

        // protocols, cipher categories, forward secrecy, vulnerabilities
        List<String> command = Tool.TESTSSL.with("--quiet", "--color", "0", "--warnings", "off", "--ip", "one");
        command.addAll(List.of("-p", "-s", "-f", "-U", "--csvfile", findings.toString(), "localhost:" + made.port()));
        Outcome said = Tool.run(new ProcessBuilder(command).directory(work.toFile()), Duration.ofSeconds(150));

        assertThat(said.out()).doesNotContain("NOT ok").contains("Heartbleed").contains("Done ");
        List<String> lines = Files.readAllLines(findings);
        assertThat(lines).filteredOn(line -> line.contains("\"OK\"")).hasSizeGreaterThan(25);
        assertThat(lines).noneMatch(line -> line.matches(".*\"(MEDIUM|HIGH|CRITICAL|FATAL)\".*"));
    }

    /** Opens many connections that hardly move: heads, bodies and answers, for ten seconds. */
    private static List<Program> slow(Made made) {
        List<Program> programs = new ArrayList<>();
        for (List<String> kind : List.of(
                List.of("-H", "-u", "http://" + made.address() + "/small"),
                List.of("-B", "-s", "100000", "-u", "http://" + made.address() + "/put/slow"),
                List.of("-X", "-w", "10", "-y", "20", "-z", "8", "-u", "http://" + made.address() + "/large"))) {
            List<String> command =
                    Tool.SLOWHTTPTEST.with("-c", SLOW_CONNECTIONS, "-r", "30", "-i", "2", "-l", "10", "-p", "3");
            command.addAll(kind);
            programs.add(Program.start("slowhttptest", new ProcessBuilder(command).directory(work.toFile())));
        }
        return programs;
    }

    @Test
    void slowConnectionsStopNobody(Site site) {
        Made made = site.destination(Way.ON_PREMISES, "http", nginx.port());
        List<Program> programs = slow(made);
        try {
            int served = 0;
            while (programs.stream().anyMatch(Program::alive)) {
                assertThat(Tool.CURL
                                .run(work, "-sSf", "-m", "5", "http://" + made.address() + "/small")
                                .succeeded()
                                .out())
                        .isEqualTo("hello");
                served++;
            }
            assertThat(served).isGreaterThan(5);
            for (Program each : programs) {
                assertThat(each.awaitExit()).isZero();
                assertThat(String.join("\n", each.lines()))
                        .contains("service available:")
                        .doesNotContain("service available:   NO");
            }
        } finally {
            programs.forEach(Program::close);
        }
    }
}
