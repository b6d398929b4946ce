// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sallyport.testkit.process.Program;
import org.sallyport.testkit.process.Resources;

/** A Karaf as Apache ships it, with ports of its own and one repository: the distribution's. */
final class StockKaraf implements AutoCloseable {
    private final Path home;
    private final int sshPort = Resources.freePort();
    private final Program program;

    StockKaraf(Path home, Path repository) throws IOException {
        this.home = Files.createDirectories(home);
        String archive = System.getProperty("stock.karaf", "");
        Program tar = Program.start(
                "tar", new ProcessBuilder("tar", "-xzf", archive, "-C", home.toString(), "--strip-components=1"));
        if (tar.awaitExit() != 0) {
            throw new IOException("cannot unpack " + archive + ": " + tar.errors());
        }
        set(
                "org.ops4j.pax.url.mvn.cfg",
                "org.ops4j.pax.url.mvn.repositories",
                "file:" + repository + "@id=sallyport@snapshots@checksum=ignore");
        set(
                "org.ops4j.pax.url.mvn.cfg",
                "org.ops4j.pax.url.mvn.localRepository",
                home.resolve("data/m2").toString());
        set("org.apache.karaf.shell.cfg", "sshPort", "" + sshPort);
        set("org.apache.karaf.shell.cfg", "sshHost", "127.0.0.1");
        set("org.apache.karaf.management.cfg", "rmiRegistryPort", "" + Resources.freePort());
        set("org.apache.karaf.management.cfg", "rmiServerPort", "" + Resources.freePort());
        Files.writeString(
                home.resolve("etc/users.properties"),
                "karaf = karaf,_g_:admingroup\n_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh\n");
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString(), "daemon");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        this.program = Program.start("stock Karaf", builder);
    }

    /** Waits until commands work. */
    StockKaraf awaitStarted() {
        awaitCommand("feature:version-list shell", "4.");
        return this;
    }

    private void set(String file, String key, String value) throws IOException {
        Path path = home.resolve("etc").resolve(file);
        List<String> lines = new ArrayList<>();
        boolean continued = false;
        for (String line : Files.readAllLines(path)) {
            boolean mine = line.replace(" ", "").startsWith(key + "=") || continued;
            continued = mine && line.endsWith("\\");
            if (!mine) {
                lines.add(line);
            }
        }
        lines.add(key + " = " + value);
        Files.write(path, lines);
    }

    /** Writes a file into its etc. */
    void configure(String file, String text) throws IOException {
        Files.writeString(home.resolve("etc").resolve(file), text);
    }

    /** Runs commands in it; fails when one does. */
    String run(String commands) {
        Program client = client(commands);
        if (client.awaitExit() != 0) {
            throw new AssertionError(
                    "'" + commands + "' failed:\n" + String.join("\n", client.lines()) + client.errors() + log());
        }
        return String.join("\n", client.lines());
    }

    void awaitCommand(String command, String wanted) {
        String last = "";
        long deadline = System.nanoTime() + 2 * Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline && program.alive()) {
            Program client = client(command);
            client.awaitExit();
            last = String.join("\n", client.lines()) + client.errors();
            if (last.contains(wanted)) {
                return;
            }
        }
        throw new AssertionError("'" + command + "' printed\n" + last + "\nand never '" + wanted + "'" + log());
    }

    private Program client(String commands) {
        ProcessBuilder builder = new ProcessBuilder(
                home.resolve("bin/client").toString(),
                "-a",
                "" + sshPort,
                "-h",
                "127.0.0.1",
                "-u",
                "karaf",
                "-p",
                "karaf",
                "-b");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return Program.start("Karaf client", builder).input(commands + "\n");
    }

    /**
     * Returns when no Java thread has any of these words in its name or stack. It waits, as the executor that Netty shares
     * within a process ends a second after its last task.
     */
    void awaitNoThread(String... words) throws IOException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        List<String> left = threads(words);
        while (!left.isEmpty() && System.nanoTime() < deadline) {
            left = threads(words);
        }
        if (!left.isEmpty()) {
            throw new AssertionError("threads left over:\n" + String.join("\n\n", left) + log());
        }
    }

    /** {@return name and stack of each Java thread with any of these words} */
    private List<String> threads(String... words) throws IOException {
        Program jcmd = Program.start(
                "jcmd",
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                        "" + javaPid(),
                        "Thread.print"));
        if (jcmd.awaitExit() != 0) {
            throw new AssertionError("jcmd failed: " + jcmd.errors());
        }
        return Stream.of(String.join("\n", jcmd.lines()).split("\n\n"))
                .filter(thread -> Stream.of(words).anyMatch(thread::contains))
                .toList();
    }

    /** bin/karaf does not end in exec: the JVM is its child. */
    private long javaPid() {
        return ProcessHandle.of(program.pid())
                .flatMap(shell -> shell.descendants().findFirst())
                .map(ProcessHandle::pid)
                .orElse(program.pid());
    }

    /**
     * {@return what it logged that is no mere information; without what Karaf's own management says of its start, which on
     * a busy machine is overtaken by other bundles}
     */
    List<String> complaints() throws IOException {
        try (Stream<String> lines = Files.lines(home.resolve("data/log/karaf.log"))) {
            return lines.filter(
                            line -> line.contains("| WARN ") || line.contains("| ERROR ") || line.startsWith("\tat "))
                    .filter(line -> !line.contains("org.apache.aries.jmx.core")
                            && !line.contains("org.apache.karaf.management.server"))
                    .toList();
        }
    }

    String log() {
        try {
            return "\n--- log\n" + Files.readString(home.resolve("data/log/karaf.log"));
        } catch (IOException e) {
            return "\n(no log)";
        }
    }

    @Override
    public void close() {
        ProcessHandle.of(program.pid()).ifPresent(shell -> shell.descendants().forEach(ProcessHandle::destroy));
        program.close();
    }
}
