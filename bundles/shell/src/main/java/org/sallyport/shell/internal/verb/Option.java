// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

/**
 * What a command takes by name, before, between or after its arguments.
 *
 * @param name with its dashes
 * @param value what follows it, in capitals; empty when nothing does
 * @param completion what may stand for the value
 */
record Option(String name, String value, String description, Completion completion) {
    static Option flag(String name, String description) {
        return new Option(name, "", description, Completion.NOTHING);
    }

    static Option value(String name, String value, String description) {
        return new Option(name, value, description, Completion.NOTHING);
    }

    static Option value(String name, String value, String description, Completion completion) {
        return new Option(name, value, description, completion);
    }

    boolean isFlag() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return isFlag() ? name : name + " " + value;
    }
}
