// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.IOException;
import org.sallyport.api.Release;

/**
 * The entry of {@code bin/sallyport}. Exit codes are part of the contract with scripts: {@value #OK},
 * {@value #FAILED}, {@value #USAGE}, {@value #IN_USE} and {@value #NOT_RUNNING}; a client role may add 5 (no attachment is
 * left and none will be tried again).
 */
public final class Sallyport {
    static final int OK = 0;
    static final int FAILED = 1;
    /** The command line or the configuration is wrong and nothing was started. */
    static final int USAGE = 2;
    /** The instance's directory is in use by another process. */
    static final int IN_USE = 3;

    static final int NOT_RUNNING = 4;

    private Sallyport() {}

    /** Runs one command; ends the process with its exit code. */
    public static void main(String[] args) throws IOException {
        int code;
        try {
            code = perform(CommandLine.parse(args));
        } catch (Refusal refusal) {
            if (!refusal.silent()) {
                System.err.println("sallyport: " + refusal.getMessage());
            }
            code = refusal.exitCode();
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }

    private static int perform(CommandLine command) throws IOException {
        if (command instanceof CommandLine.Role role) {
            return RoleProcess.start(role);
        }
        if (command instanceof CommandLine.Door door) {
            return DoorClient.call(door);
        }
        System.out.println(
                command instanceof CommandLine.Version ? "sallyport " + Release.version() : CommandLine.USAGE);
        return OK;
    }
}
