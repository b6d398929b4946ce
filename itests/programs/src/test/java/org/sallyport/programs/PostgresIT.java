// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.TestAuthority;
import org.sallyport.testkit.process.Instance.Made;
import org.sallyport.testkit.process.Ports;
import org.sallyport.testkit.process.Program;

/** PostgreSQL behind {@code tcp}, in the clear and with the TLS that its client and server agree on inside. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class PostgresIT {
    @TempDir
    static Path work;

    private static final Map<Way, Made> MADE = new EnumMap<>(Way.class);
    private static Daemon postgres;

    @BeforeAll
    static void start(Site site) throws IOException {
        Path data = work.resolve("data");
        Pem pem = Pem.of(new TestAuthority("database CA").issue("localhost"), work, "database");
        Files.setPosixFilePermissions(pem.key(), PosixFilePermissions.fromString("rw-------"));
        Account.give(work);
        Tool.run(
                        new ProcessBuilder(Account.run(Tool.INITDB.with(
                                        "-D", data.toString(), "-U", "app", "-A", "trust", "-N", "--no-instructions")))
                                .directory(work.toFile()),
                        Program.PATIENCE)
                .succeeded();
        int port = Ports.one();
        postgres = Daemon.start(
                "postgres",
                port,
                new ProcessBuilder(Account.run(Tool.POSTGRES.with(
                                "-D",
                                data.toString(),
                                "-p",
                                Integer.toString(port),
                                "-k",
                                work.toString(),
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "fsync=off",
                                "-c",
                                "ssl=on",
                                "-c",
                                "ssl_cert_file=" + pem.certificate(),
                                "-c",
                                "ssl_key_file=" + pem.key())))
                        .directory(work.toFile()));
        for (Way way : Way.values()) {
            MADE.put(way, site.destination(way, "tcp", port));
        }
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            // a fast shutdown: it does not wait for sessions
            postgres.program().signal("INT");
            postgres.close();
        }
    }

    private static String connection(Way way, String mode) {
        return "host=127.0.0.1 port=" + MADE.get(way).port() + " user=app dbname=postgres sslmode=" + mode;
    }

    private static String ask(Way way, String mode, String sql) {
        return Tool.PSQL
                .run(work, "-XAtq", "-v", "ON_ERROR_STOP=1", connection(way, mode), "-c", sql)
                .succeeded()
                .out();
    }

    @ParameterizedTest
    @EnumSource
    void aQueryIsAnsweredInTheClearAndInTls(Way way) {
        String sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

        assertThat(ask(way, "disable", sql)).isEqualTo("f");
        assertThat(ask(way, "require", sql)).isEqualTo("t");
    }

    @ParameterizedTest
    @EnumSource
    void rowsGoInAndComeOutWhole(Way way) {
        String table = "rows_" + way;
        String digest = "SELECT count(*), md5(string_agg(text, '' ORDER BY id)) FROM ";
        ask(
                way,
                "require",
                "CREATE TABLE " + table
                        + " AS SELECT id, repeat(md5(id::text), 20) AS text FROM generate_series(1, 20000) id");
        Path file = work.resolve(table);

        ask(way, "require", "\\copy " + table + " TO '" + file + "'");
        ask(way, "require", "CREATE TABLE copied_" + table + " (id int, text text)");
        ask(way, "require", "\\copy copied_" + table + " FROM '" + file + "'");

        assertThat(file).isNotEmptyFile();
        assertThat(ask(way, "require", digest + "copied_" + table))
                .startsWith("20000|")
                .isEqualTo(ask(way, "require", digest + table));
    }

    @ParameterizedTest
    @EnumSource
    void aQueryThatIsCancelledEnds(Way way) {
        try (Program psql = Program.start(
                "psql",
                new ProcessBuilder(
                        Tool.PSQL.with("-XAtq", connection(way, "require"), "-c", "SELECT 'asked', pg_sleep(50)")))) {
            String running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT ''asked''%'";
            Await.until("the query runs", () -> ask(way, "disable", running).equals("1"));

            psql.signal("INT"); // which asks for it over a connection of its own

            assertThat(psql.awaitExit()).isEqualTo(1);
            assertThat(psql.errors()).contains("canceling statement due to user request");
        }
    }

    @Test
    void manySessionsRunTransactionsAtOnce() {
        for (List<String> words : List.of(
                List.of("-i", "-q", "-s", "1", connection(Way.ON_PREMISES, "require")),
                List.of("-n", "-c", "8", "-j", "2", "-t", "50", connection(Way.ON_PREMISES, "require")),
                List.of("-n", "-S", "-C", "-c", "4", "-t", "20", connection(Way.ON_PREMISES, "disable")))) {
            Outcome said = Tool.PGBENCH.run(work, words.toArray(String[]::new)).succeeded();
            if (!words.contains("-i")) {
                assertThat(said.out()).contains("number of failed transactions: 0 ");
            }
        }
    }
}
