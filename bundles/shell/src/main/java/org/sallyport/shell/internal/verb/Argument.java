// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

/**
 * A word that a command takes by its place.
 *
 * @param name in capitals, for usage and messages
 * @param required whether it must be given
 * @param completion what may stand there
 */
record Argument(String name, String description, boolean required, Completion completion) {
    static Argument required(String name, String description, Completion completion) {
        return new Argument(name, description, true, completion);
    }

    static Argument optional(String name, String description, Completion completion) {
        return new Argument(name, description, false, completion);
    }

    @Override
    public String toString() {
        return required ? name : "[" + name + "]";
    }
}
