// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.io.IOException;

/** The security token in the environment of who gives commands; asked for only when a command needs it. */
@FunctionalInterface
public interface CallerToken {
    /** The session variable that holds it, where the caller's environment is not this process's. */
    String VARIABLE = "sallyport.caller.token";

    /** {@return the token, empty when there is none} */
    String read() throws IOException;
}
