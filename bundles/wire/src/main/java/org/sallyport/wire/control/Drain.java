// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

/**
 * From either end: the sender opens no more streams and lets the open ones finish.
 *
 * @param deadlineMillis after so many milliseconds it resets what is left
 */
public record Drain(long deadlineMillis) implements ControlMessage {

    static final MessageType<Drain> TYPE = new MessageType<>("drain", Drain.class, Drain::read, Drain::write);

    public Drain {
        Check.atLeast(0, deadlineMillis, "deadline");
    }

    private static Drain read(Fields fields) throws ControlViolation {
        return new Drain(fields.number("deadline"));
    }

    private void write(MapWriter map) {
        map.number("deadline", deadlineMillis);
    }
}
