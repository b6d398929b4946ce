// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * The first message of a data stream, from the end that accepted it; with code 0 payload follows, else the stream ends.
 *
 * @param code a number of the OPENED table in PROTOCOL.md; 0: the resource is reached
 * @param text one sentence for the operator, empty with code 0
 */
public record Opened(int code, String text) {

    /** The resource is reached. */
    public static final Opened ACCEPTED = new Opened(0, "");

    public Opened {
        Check.atLeast(0, code, "code");
        requireNonNull(text, "text");
    }

    static Opened read(Fields fields) throws ControlViolation {
        return new Opened(fields.integer("code"), fields.textOr("text", ""));
    }

    void write(MapWriter map) {
        map.number("code", code).textUnless("", "text", text);
    }
}
