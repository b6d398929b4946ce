// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The unpacked distribution. */
public final class Distribution {
    /** System property: the {@code tar.gz} to test. */
    public static final String ARCHIVE = "sallyport.archive";

    private final Path home;

    private Distribution(Path home) {
        this.home = home;
    }

    /**
     * Unpacks the archive that the system property {@value #ARCHIVE} names.
     *
     * @param into an empty directory
     * @return the distribution there
     */
    public static Distribution unpack(Path into) {
        String archive = System.getProperty(ARCHIVE);
        if (archive == null) {
            throw new IllegalStateException("system property " + ARCHIVE + " names no archive: expected the tar.gz");
        }
        Program tar = Program.start(
                "tar", new ProcessBuilder("tar", "-xzf", archive, "-C", into.toString(), "--strip-components=1"));
        if (tar.awaitExit() != 0) {
            throw new IllegalStateException(tar.describe("failed"));
        }
        return new Distribution(into);
    }

    public Path home() {
        return home;
    }

    /**
     * Starts {@code bin/sallyport}.
     *
     * @param words its arguments
     * @return the running process
     */
    public Program launch(List<String> words) {
        return launch(words, home);
    }

    /** The same in a working directory. */
    public Program launch(List<String> words, Path directory) {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/sallyport").toString()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().remove("SALLYPORT_BASE");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return Program.start("sallyport " + words.get(0), builder);
    }

    /**
     * Starts a server on an ephemeral tunnel port and waits until it is ready.
     *
     * @param base its base directory
     * @param words further arguments
     * @return the running server
     */
    public Instance server(Path base, String... words) {
        Instance server = start("server", base, withFreeTunnelPort(words));
        server.awaitReady();
        return server;
    }

    /** Starts a client and waits until its role runs; attachments come on their own. */
    public Instance client(Path base, String... words) {
        Instance client = start("client", base, List.of(words));
        client.awaitReady();
        return client;
    }

    /** Starts a role and waits for nothing. */
    public Instance start(String role, Path base, List<String> words) {
        try {
            Files.createDirectories(base.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> all = new ArrayList<>(List.of(role, "--base", base.toString()));
        all.addAll(words);
        return new Instance(this, role, base, launch(all));
    }

    private static List<String> withFreeTunnelPort(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        if (all.stream().noneMatch(word -> word.startsWith("org.sallyport.server:tunnel.port="))) {
            all.addAll(List.of("--set", "org.sallyport.server:tunnel.port=0"));
        }
        return all;
    }
}
