// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server or a client that runs in a base directory. */
public final class Instance implements AutoCloseable {
    private static final Pattern TUNNEL_PORT = Pattern.compile("tunnel=\\S*:([0-9]+)");

    /** What a call of {@code run}, {@code health} … printed. */
    public record Result(int exit, String out, String err) {}

    private final Distribution distribution;
    private final String role;
    private final Path base;
    private final Program program;
    private String readyLine = "";

    Instance(Distribution distribution, String role, Path base, Program program) {
        this.distribution = distribution;
        this.role = role;
        this.base = base;
        this.program = program;
    }

    public Program program() {
        return program;
    }

    public Path base() {
        return base;
    }

    void awaitReady() {
        readyLine = program.awaitLine("ready: " + role);
    }

    /** {@return the tunnel port that the server told when it was ready} */
    public int tunnelPort() {
        Matcher matcher = TUNNEL_PORT.matcher(readyLine);
        if (!matcher.find()) {
            throw new AssertionError("'" + readyLine + "' names no tunnel port");
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** Runs shell commands and gives what came of them, whatever that is. */
    public Result tryRun(String commands) {
        return call(List.of("run", "--base", base.toString(), commands), base);
    }

    /** Runs shell commands that must succeed and gives what they printed, without the last newline. */
    public String run(String commands) {
        Result result = tryRun(commands);
        if (result.exit() != 0) {
            throw new AssertionError("'" + commands + "' ended with " + result.exit() + "\n--- standard output\n"
                    + result.out() + "\n--- standard error\n" + result.err() + "\n--- log of the " + role + "\n"
                    + log());
        }
        return result.out().stripTrailing();
    }

    /** Calls the launcher in a directory. */
    public Result call(List<String> words, Path directory) {
        try (Program call = distribution.launch(words, directory)) {
            call.input("");
            int exit = call.awaitExit();
            return new Result(exit, String.join("\n", call.lines()), call.errors());
        }
    }

    /** {@return the log so far} */
    public String log() {
        Path file = base.resolve("log/sallyport.log");
        try {
            return Files.exists(file) ? Files.readString(file) : "(no log)";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a gateway. */
    public String gateway(String name) {
        return run("gateway:create '" + name + "'");
    }

    /** Writes the token of a gateway into a file beside the base directory. */
    public Path token(String gateway) {
        Path file = base.resolveSibling(gateway + ".token");
        run("gateway:token " + gateway + " --file " + file);
        return file;
    }

    /**
     * Makes a destination.
     *
     * @param words what follows {@code destination:create}
     * @return its ID and address
     */
    public Made destination(String words) {
        String[] parts = run("destination:create " + words).split(" ");
        if (parts.length != 2) {
            throw new AssertionError("destination:create printed " + List.of(parts) + ", expected ID ADDRESS:PORT");
        }
        return new Made(parts[0], parts[1]);
    }

    /** A destination that was made, and where applications connect. */
    public record Made(String id, String address) {
        /** {@return the port of the address} */
        public int port() {
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
