// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.sallyport.testkit.Await;
import org.sallyport.testkit.process.Program;

/** A program that listens on a TCP port of loopback until it is closed. */
final class Daemon implements AutoCloseable {
    private final Program program;
    private final int port;

    private Daemon(Program program, int port) {
        this.program = program;
        this.port = port;
    }

    /**
     * Starts a program and waits until it listens.
     *
     * @param name for messages
     * @param port where it was told to listen
     * @param builder what to start
     * @return the running program
     */
    static Daemon start(String name, int port, ProcessBuilder builder) {
        Program program = Program.start(name, builder);
        try {
            Await.until(name + " listens, or has ended", () -> !program.alive() || listens(port));
            if (!program.alive()) {
                throw new AssertionError(name + " ended with " + program.awaitExit() + ": "
                        + String.join("\n", program.lines()) + program.errors());
            }
        } catch (AssertionError e) {
            program.close();
            throw e;
        }
        return new Daemon(program, port);
    }

    int port() {
        return port;
    }

    Program program() {
        return program;
    }

    private static boolean listens(int port) {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        program.close();
    }
}
