// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
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
import org.sallyport.testkit.process.Ports;

/** ssh and scp through {@code tcp} to an sshd with keys of its own. */
@Timeout(120)
@ExtendWith(Site.Shared.class)
final class SecureShellIT {
    /** Compiled into sshd, which misses it when it is root; the system's service makes it at its start. */
    private static final Path EMPTY = Path.of("/run/sshd");

    private static final int SIZE = 16 << 20;

    @TempDir
    static Path work;

    private static final Map<Way, Made> MADE = new EnumMap<>(Way.class);
    private static Daemon sshd;
    private static boolean made;

    @BeforeAll
    static void start(Site site) throws IOException {
        Path hostKey = key("host");
        key("user");
        int port = Ports.one();
        Path accepted = Files.copy(work.resolve("user.pub"), work.resolve("authorized_keys"));
        Files.writeString(work.resolve("known_hosts"), "sallyport-test " + Files.readString(work.resolve("host.pub")));
        Path configuration = Files.writeString(
                work.resolve("sshd_config"),
                """
                ListenAddress 127.0.0.1:%d
                HostKey %s
                AuthorizedKeysFile %s
                PidFile none
                UsePAM no
                StrictModes no
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                Subsystem sftp internal-sftp
                """
                        .formatted(port, hostKey, accepted));
        String daemon = Tool.SSHD.path();
        made = Account.isRoot() && !Files.exists(EMPTY);
        if (made) {
            Files.createDirectory(EMPTY);
        }
        sshd = Daemon.start("sshd", port, new ProcessBuilder(daemon, "-D", "-e", "-f", configuration.toString()));
        for (Way way : Way.values()) {
            MADE.put(way, site.destination(way, "tcp", port));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (sshd != null) {
            sshd.close();
        }
        if (made) {
            Files.deleteIfExists(EMPTY);
        }
    }

    private static Path key(String name) {
        Tool.SSH_KEYGEN
                .run(
                        work,
                        "-q",
                        "-t",
                        "ed25519",
                        "-N",
                        "",
                        "-f",
                        work.resolve(name).toString())
                .succeeded();
        return work.resolve(name);
    }

    /** {@return options that leave nothing to the configuration of whoever runs the tests} */
    private static List<String> options() {
        return new ArrayList<>(List.of(
                "-F",
                "none",
                "-i",
                work.resolve("user").toString(),
                "-o",
                "UserKnownHostsFile=" + work.resolve("known_hosts"),
                "-o",
                "HostKeyAlias=sallyport-test",
                "-o",
                "StrictHostKeyChecking=yes",
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "BatchMode=yes"));
    }

    private static Outcome ssh(Way way, Path input, String command) {
        List<String> words = options();
        words.addAll(List.of("-p", Integer.toString(MADE.get(way).port()), "127.0.0.1", command));
        return Tool.SSH.runOn(input, work, words.toArray(String[]::new));
    }

    private static Path random(String name) throws IOException {
        byte[] bytes = new byte[SIZE];
        new Random(3).nextBytes(bytes);
        return Files.write(work.resolve(name), bytes);
    }

    @ParameterizedTest
    @EnumSource
    void aCommandTellsItsOutputItsErrorsAndItsEnd(Way way) {
        Outcome said = ssh(way, Path.of("/dev/null"), "echo here; echo there >&2; exit 7");

        assertThat(said.exit()).isEqualTo(7);
        assertThat(said.out()).isEqualTo("here");
        assertThat(said.err()).isEqualTo("there");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTypedArrivesToItsEnd(Way way) throws IOException {
        Path file = random("typed-" + way);

        Outcome said = ssh(way, file, "cat > '" + file + ".copy'");

        said.succeeded();
        assertThat(Files.mismatch(file, Path.of(file + ".copy"))).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void scpCarriesAFileThereAndBack(Way way) throws IOException {
        Path file = random("file-" + way);
        Path there = work.resolve("there-" + way);
        Path back = work.resolve("back-" + way);

        for (List<String> pair : List.of(
                List.of(file.toString(), "127.0.0.1:" + there), List.of("127.0.0.1:" + there, back.toString()))) {
            List<String> words = options();
            words.addAll(List.of("-q", "-P", Integer.toString(MADE.get(way).port())));
            words.addAll(pair);
            Tool.SCP.run(work, words.toArray(String[]::new)).succeeded();
        }

        assertThat(Files.mismatch(file, there)).isEqualTo(-1);
        assertThat(Files.mismatch(file, back)).isEqualTo(-1);
    }
}
