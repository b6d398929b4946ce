// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.sallyport.testkit.process.Program;

/** A program that somebody else wrote, and the Debian package that has it. */
enum Tool {
    APACHE("apache2", "apache2-bin"),
    CURL("curl", "curl"),
    DIG("dig", "bind9-dnsutils"),
    DNSMASQ("dnsmasq", "dnsmasq-base"),
    GIT("git", "git"),
    INITDB("initdb", "postgresql"),
    IPERF("iperf3", "iperf3"),
    NGINX("nginx", "nginx-light"),
    NODE("node", "nodejs"),
    OPENSSL("openssl", "openssl"),
    PGBENCH("pgbench", "postgresql"),
    POSTGRES("postgres", "postgresql"),
    PSQL("psql", "postgresql"),
    SCP("scp", "openssh-client"),
    SETPRIV("setpriv", "util-linux"),
    SLOWHTTPTEST("slowhttptest", "slowhttptest"),
    SSH("ssh", "openssh-client"),
    SSHD("sshd", "openssh-server"),
    SSH_KEYGEN("ssh-keygen", "openssh-client"),
    TESTSSL("testssl", "testssl.sh");

    private static final List<String> FOLDERS = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private final String program;
    private final String debianPackage;

    Tool(String program, String debianPackage) {
        this.program = program;
        this.debianPackage = debianPackage;
    }

    /** {@return where it is; ends the test as skipped where it is not} */
    String path() {
        return Stream.of(
                        FOLDERS.stream(),
                        postgresql(),
                        Stream.of(System.getenv("PATH").split(":", -1)))
                .flatMap(folders -> folders)
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(this::skip)
                .toString();
    }

    /** {@return the command line with these arguments} */
    List<String> with(String... arguments) {
        List<String> command = new ArrayList<>(List.of(path()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs it to its end in a folder, with nothing on standard input. */
    Outcome run(Path folder, String... arguments) {
        return run(new ProcessBuilder(with(arguments)).directory(folder.toFile()), Program.PATIENCE);
    }

    /** Runs it to its end in a folder, with a file on standard input. */
    Outcome runOn(Path input, Path folder, String... arguments) {
        File file = input.toFile();
        return run(
                new ProcessBuilder(with(arguments)).directory(folder.toFile()).redirectInput(file), Program.PATIENCE);
    }

    /** Runs a command to its end and takes what it says; it is ended when it takes longer than the limit. */
    static Outcome run(ProcessBuilder builder, Duration limit) {
        String name = Path.of(builder.command().get(0)).getFileName().toString();
        try (Program program = Program.start(name, builder)) {
            if (builder.redirectInput().type() == ProcessBuilder.Redirect.Type.PIPE) {
                program.input("");
            }
            int exit = program.awaitExit(limit);
            return new Outcome(exit, String.join("\n", program.lines()), program.errors());
        }
    }

    /** Debian keeps the programs of each version of PostgreSQL apart; the newest come first. */
    private static Stream<String> postgresql() {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return Stream.of();
        }
        try (Stream<Path> each = Files.list(versions)) {
            return each.sorted(Comparator.reverseOrder()).map(version -> version + "/bin").toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path skip() {
        return skip(program, "Debian's " + debianPackage);
    }

    /** Ends the test as skipped, or as failed where everything has to be there. */
    static Path skip(String what, String needs) {
        String sentence = what + " through a destination is NOT tested: it needs " + needs;
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(sentence);
        }
        System.err.println(sentence);
        return abort(sentence);
    }
}
