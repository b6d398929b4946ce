// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Client to server, before it closes: this attachment is over, its client ID is free.
 *
 * @param reason one sentence, for people
 */
public record Detach(String reason) implements ControlMessage {

    static final MessageType<Detach> TYPE = new MessageType<>("detach", Detach.class, Detach::read, Detach::write);

    public Detach {
        requireNonNull(reason, "reason");
    }

    private static Detach read(Fields fields) throws ControlViolation {
        return new Detach(fields.textOr("reason", ""));
    }

    private void write(MapWriter map) {
        map.textUnless("", "reason", reason);
    }
}
