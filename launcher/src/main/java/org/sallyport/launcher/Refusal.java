// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

/** Why nothing was done; the message is shown to the user as it is, and the process ends with the code. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    Refusal(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static Refusal usage(String message) {
        return new Refusal(Sallyport.USAGE, message);
    }

    /** {@return whether there is nothing to say} */
    boolean silent() {
        return "".equals(getMessage());
    }

    int exitCode() {
        return exitCode;
    }
}
