// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Server to client: attach a second tunnel that continues this one, then drain this one.
 *
 * @param reason one sentence, for people
 * @param deadlineMillis after so many milliseconds the server drains this tunnel by itself
 */
public record Renew(String reason, long deadlineMillis) implements ControlMessage {

    static final MessageType<Renew> TYPE = new MessageType<>("renew", Renew.class, Renew::read, Renew::write);

    public Renew {
        requireNonNull(reason, "reason");
        Check.atLeast(0, deadlineMillis, "deadline");
    }

    private static Renew read(Fields fields) throws ControlViolation {
        return new Renew(fields.textOr("reason", ""), fields.number("deadline"));
    }

    private void write(MapWriter map) {
        map.textUnless("", "reason", reason).number("deadline", deadlineMillis);
    }
}
