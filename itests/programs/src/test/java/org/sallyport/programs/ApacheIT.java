// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
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

/** curl and git through {@code https} to Apache. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class ApacheIT {
    private static final int LARGE = 16 << 20;

    @TempDir
    static Path apacheFolder;

    @TempDir
    static Path work;

    private static final Map<Way, Made> MADE = new EnumMap<>(Way.class);
    private static Daemon apache;
    private static Path authority;
    private static Path large;

    @BeforeAll
    static void start(Site site) throws IOException {
        Path repositories = Files.createDirectories(Apache.repositories(apacheFolder));
        for (Way way : Way.values()) {
            Path bare = repositories.resolve(way + ".git");
            git(work, "init", "-q", "--bare", "-b", "main", bare.toString());
            git(bare, "config", "http.receivepack", "true");
        }
        large = random(work.resolve("large"));
        Files.copy(large, Files.createDirectories(Apache.files(apacheFolder)).resolve("large"));
        apache = Apache.start(apacheFolder);
        for (Way way : Way.values()) {
            MADE.put(way, site.destination(way, "https", apache.port(), "", "issue localhost"));
        }
        authority = site.authority(MADE.get(Way.CLOUD), "ingress", work);
    }

    @AfterAll
    static void stop() {
        if (apache != null) {
            apache.close();
        }
    }

    private static Path random(Path file) throws IOException {
        byte[] bytes = new byte[LARGE];
        new Random(file.hashCode()).nextBytes(bytes);
        return Files.write(file, bytes);
    }

    private static String url(Way way, String path) {
        return "https://localhost:" + MADE.get(way).port() + path;
    }

    private static Outcome git(Path folder, String... words) {
        List<String> command = Tool.GIT.with("-c", "user.name=Tester", "-c", "user.email=tester@localhost");
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("GIT_"));
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        if (authority != null) {
            environment.put("GIT_SSL_CAINFO", authority.toString());
        }
        return Tool.run(builder, Duration.ofSeconds(60)).succeeded();
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @ParameterizedTest
    @EnumSource
    void filesComeAndUploadsArriveWhole(Way way) throws Exception {
        Path copy = work.resolve("copy-" + way);
        List<String> trust = List.of("-sSf", "--cacert", authority.toString());
        List<String> download = new ArrayList<>(trust);
        download.addAll(List.of("-o", copy.toString(), url(way, "/large")));
        Tool.CURL.run(work, download.toArray(String[]::new)).succeeded();
        assertThat(Files.mismatch(large, copy)).isEqualTo(-1);

        for (List<String> each : List.of(
                List.of("-T", "-"), List.of("-X", "POST", "-H", "Expect: 100-continue", "-T", large.toString()))) {
            List<String> upload = new ArrayList<>(trust);
            upload.addAll(each);
            upload.add(url(way, "/digest"));
            assertThat(Tool.CURL
                            .runOn(large, work, upload.toArray(String[]::new))
                            .succeeded()
                            .out())
                    .startsWith(sha256(large));
        }
    }

    @ParameterizedTest
    @EnumSource
    void gitPushesAndClones(Way way) throws IOException {
        String repository = url(way, "/git/" + way + ".git");
        Path first = work.resolve("first-" + way);
        git(work, "clone", "-q", repository, first.toString());
        random(first.resolve("random"));
        git(first, "checkout", "-q", "-b", "main");
        git(first, "add", "random");
        git(first, "commit", "-q", "-m", "Add a file of some size");
        git(first, "push", "-q", "origin", "main"); // larger than http.postBuffer: in chunks

        Path second = work.resolve("second-" + way);
        git(work, "clone", "-q", repository, second.toString());
        git(second, "fsck", "--strict");
        assertThat(Files.mismatch(first.resolve("random"), second.resolve("random")))
                .isEqualTo(-1);

        Files.writeString(second.resolve("random"), "changed");
        git(second, "commit", "-q", "-a", "-m", "Change it");
        git(second, "push", "-q", "origin", "main");
        git(first, "pull", "-q", "--ff-only", "origin", "main");
        assertThat(first.resolve("random")).hasContent("changed");
    }
}
