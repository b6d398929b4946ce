// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.programs;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What came of a program that ran to its end.
 *
 * @param exit its exit code
 * @param out its standard output
 * @param err its standard error
 */
record Outcome(int exit, String out, String err) {
    /** Fails unless the program was content. */
    Outcome succeeded() {
        assertThat(exit).as("exit code; %s", this).isZero();
        return this;
    }

    /** {@return all that it said} */
    String all() {
        return out + "\n" + err;
    }

    @Override
    public String toString() {
        return "ended with " + exit + "\n--- standard output\n" + out + "\n--- standard error\n" + err;
    }
}
