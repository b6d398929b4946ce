// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.testkit.process.Instance.Made;

/** curl through {@code http} to nginx. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class CurlIT {
    private static final int LARGE = 64 << 20;

    @TempDir
    static Path work;

    private static final Map<Way, Made> MADE = new EnumMap<>(Way.class);
    private static Daemon nginx;
    private static Path large;

    @BeforeAll
    static void start(Site site) throws IOException {
        nginx = Nginx.plain(work);
        byte[] bytes = new byte[LARGE];
        new Random(1).nextBytes(bytes);
        large = Files.write(Nginx.files(work).resolve("large"), bytes);
        Files.writeString(Nginx.files(work).resolve("small"), "hello\n");
        for (Way way : Way.values()) {
            MADE.put(way, site.destination(way, "http", nginx.port()));
        }
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
    }

    private static Outcome curl(String... arguments) {
        return Tool.CURL.run(work, arguments).succeeded();
    }

    private static String url(Way way, String path) {
        return "http://" + MADE.get(way).address() + path;
    }

    @ParameterizedTest
    @EnumSource
    void aLargeFileComesWhole(Way way) throws IOException {
        Path copy = work.resolve("copy-" + way);

        curl("-sSf", "-o", copy.toString(), url(way, "/large"));

        assertThat(Files.mismatch(large, copy)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void anUploadOfUnknownLengthArrivesWhole(Way way) throws IOException {
        Outcome said = Tool.CURL.runOn(large, work, "-vsSf", "-T", "-", url(way, "/put/" + way));

        said.succeeded();
        assertThat(said.err())
                .containsIgnoringCase("> Transfer-Encoding: chunked")
                .contains("HTTP/1.1 201 Created");
        assertThat(Files.mismatch(large, Nginx.files(work).resolve("put/" + way)))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void anUploadWaitsUntilItIsWanted(Way way) throws IOException {
        Outcome said = curl(
                "-vsSf",
                "--expect100-timeout",
                "30",
                "-H",
                "Expect: 100-continue",
                "-T",
                large.toString(),
                url(way, "/put/wanted-" + way));

        assertThat(said.err()).contains("> Expect: 100-continue").contains("< HTTP/1.1 100 Continue");
        assertThat(Files.mismatch(large, Nginx.files(work).resolve("put/wanted-" + way)))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void aHeadHasALengthAndNoBody(Way way) {
        assertThat(curl("-sSfI", url(way, "/large")).out())
                .startsWith("HTTP/1.1 200 OK")
                .contains("Content-Length: " + LARGE);
    }

    @ParameterizedTest
    @EnumSource
    void aPartIsAPart(Way way) throws IOException {
        Path part = work.resolve("part-" + way);

        curl("-sSf", "-r", "1000000-1999999", "-o", part.toString(), url(way, "/large"));

        assertThat(part).hasSize(1_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void requestsShareAConnection(Way way) {
        String small = url(way, "/small");

        Outcome said = curl("-sSf", "-w", "%{num_connects}\n", small, url(way, "/head"), small, small);

        assertThat(said.out()
                        .replace("hello", "")
                        .replaceAll("(?m)^host=[^\n]*client=", "")
                        .replaceAll("\\s", ""))
                .as("new connections of each request")
                .isEqualTo("1000");
    }

    @ParameterizedTest
    @EnumSource
    void theResourceIsToldWhoAsks(Way way) {
        assertThat(curl("-sSf", "-H", "X-Forwarded-For: 10.1.2.3", url(way, "/head"))
                        .out())
                .startsWith("host=127.0.0.1:" + nginx.port() + " for=127.0.0.1 proto=http ");
    }

    @ParameterizedTest
    @EnumSource
    void oldClientsAreServed(Way way) {
        assertThat(curl("-sSf", "--http1.0", url(way, "/small")).out()).isEqualTo("hello");
    }
}
