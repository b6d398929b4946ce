// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Server to client, before it closes: this attachment is ended by an operator or by a rule.
 *
 * @param code a word that programs can tell apart, for example {@code terminated}, {@code replaced} or
 *     {@code key-blocked}
 * @param reason one sentence, for people
 * @param mayReturn whether the client should attach again
 */
public record Terminate(String code, String reason, boolean mayReturn) implements ControlMessage {

    static final MessageType<Terminate> TYPE =
            new MessageType<>("terminate", Terminate.class, Terminate::read, Terminate::write);

    public Terminate {
        Check.present(code, "code");
        requireNonNull(reason, "reason");
    }

    private static Terminate read(Fields fields) throws ControlViolation {
        return new Terminate(fields.text("code"), fields.textOr("reason", ""), fields.flagOr("mayReturn", false));
    }

    private void write(MapWriter map) {
        map.text("code", code).textUnless("", "reason", reason).flagUnless(false, "mayReturn", mayReturn);
    }
}
