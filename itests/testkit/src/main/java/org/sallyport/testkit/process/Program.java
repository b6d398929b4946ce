// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A process with its output, which is read as it comes and kept for messages. */
public final class Program implements AutoCloseable {
    /** How long a test waits for anything: far more than it takes, so that only what never comes fails. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int MAX_KEPT_LINES = 20_000;

    private final String name;
    private final Process process;
    private volatile boolean frozen;
    private final Output out;
    private final Output err;

    private Program(String name, Process process) {
        this.name = name;
        this.process = process;
        this.out = new Output(name + " out", process.inputReader(StandardCharsets.UTF_8));
        this.err = new Output(name + " err", process.errorReader(StandardCharsets.UTF_8));
    }

    /**
     * Starts a process; its standard input is a pipe that nobody writes to unless {@link #input} is called.
     *
     * @param name for messages
     * @param builder what to start
     * @return the running process
     */
    public static Program start(String name, ProcessBuilder builder) {
        try {
            return new Program(name, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started", e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Writes text to standard input, which stays open. */
    public Program type(String text) {
        try {
            process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " takes no input", e);
        }
        return this;
    }

    /** Writes text to standard input and ends it. */
    public Program input(String text) {
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " takes no input", e);
        }
        return this;
    }

    /**
     * Waits for a line of standard output that was not waited for before.
     *
     * @param prefix how it begins
     * @return the line
     */
    public String awaitLine(String prefix) {
        return out.await(line -> line.startsWith(prefix), "a line '" + prefix + "…'", this);
    }

    /** The same for standard error, and for text anywhere in the line. */
    public String awaitError(String text) {
        return err.await(line -> line.contains(text), "a line with '" + text + "' on standard error", this);
    }

    /** {@return the lines of standard output so far} */
    public List<String> lines() {
        return out.all();
    }

    /** {@return standard error so far} */
    public String errors() {
        return String.join("\n", err.all());
    }

    /**
     * Waits for the end.
     *
     * @return the exit code
     */
    public int awaitExit() {
        return awaitExit(PATIENCE);
    }

    /** The same for a program that has more to do than {@link #PATIENCE} allows. */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(describe("did not end within " + limit.toSeconds() + " s"));
            }
            out.awaitEnd();
            err.awaitEnd();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(describe("was waited for when the test was interrupted"), e);
        }
    }

    /** Asks it to end (SIGTERM). */
    public void terminate() {
        process.destroy();
    }

    /** Ends it without asking (SIGKILL). */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Freezes it (SIGSTOP). */
    public void freeze() {
        signal("STOP");
        frozen = true;
    }

    /** Lets it go on (SIGCONT). */
    public void thaw() {
        signal("CONT");
        frozen = false;
    }

    /** Sends a signal by its name without {@code SIG}. */
    public void signal(String signal) {
        Program kill = start("kill", new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + pid()));
        if (kill.awaitExit() != 0) {
            throw new AssertionError("SIG" + signal + " to " + name + ": " + kill.errors());
        }
    }

    /** Ends it, gently at first, and waits for that. */
    @Override
    public void close() {
        if (!process.isAlive()) {
            return;
        }
        if (frozen) {
            thaw();
        }
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    String describe(String what) {
        return name + " (PID " + pid() + (alive() ? "" : ", exit code " + process.exitValue()) + ") " + what
                + "\n--- standard output\n" + String.join("\n", out.all()) + "\n--- standard error\n" + errors();
    }

    /** One stream of output. */
    private static final class Output {
        private final List<String> lines = new ArrayList<>();
        private int seen;
        private boolean ended;

        Output(String name, BufferedReader reader) {
            Thread thread = new Thread(() -> read(reader), name);
            thread.setDaemon(true);
            thread.start();
        }

        private void read(BufferedReader reader) {
            try (reader) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    add(line);
                }
            } catch (IOException e) {
                add("(its output broke off: " + e.getMessage() + ")");
            }
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }

        private synchronized void add(String line) {
            if (lines.size() < MAX_KEPT_LINES) {
                lines.add(line);
            }
            notifyAll();
        }

        synchronized List<String> all() {
            return List.copyOf(lines);
        }

        synchronized void awaitEnd() throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!ended && System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
            }
        }

        String await(Predicate<String> wanted, String description, Program program) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            synchronized (this) {
                while (true) {
                    while (seen < lines.size()) {
                        String line = lines.get(seen++);
                        if (wanted.test(line)) {
                            return line;
                        }
                    }
                    long left = deadline - System.nanoTime();
                    if (ended || left <= 0) {
                        throw new AssertionError(program.describe("did not print " + description));
                    }
                    try {
                        TimeUnit.NANOSECONDS.timedWait(this, left);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new AssertionError("interrupted while waiting for " + description, e);
                    }
                }
            }
        }
    }
}
