// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Server to client: the attach is refused; the server closes the tunnel after it.
 *
 * @param code a word of {@link RefusalCode}, or one of a later version
 * @param text one sentence that says what to do
 * @param retrySeconds when to try again, in seconds; {@link #NEVER}: not with this token
 */
public record Refused(String code, String text, long retrySeconds) implements ControlMessage {

    /** Trying again is of no use. */
    public static final long NEVER = -1;

    static final MessageType<Refused> TYPE = new MessageType<>("refused", Refused.class, Refused::read, Refused::write);

    public Refused {
        Check.present(code, "code");
        requireNonNull(text, "text");
        Check.atLeast(NEVER, retrySeconds, "retry");
    }

    /** With one of the known codes. */
    public static Refused of(RefusalCode code, String text, long retrySeconds) {
        if (code == RefusalCode.UNKNOWN) {
            throw new IllegalArgumentException("code UNKNOWN; expected one that has a word");
        }
        return new Refused(code.word(), text, retrySeconds);
    }

    /** The code as far as this version knows it. */
    public RefusalCode reason() {
        return RefusalCode.of(code);
    }

    private static Refused read(Fields fields) throws ControlViolation {
        return new Refused(fields.text("code"), fields.textOr("text", ""), fields.numberOr("retry", NEVER));
    }

    private void write(MapWriter map) {
        map.text("code", code).textUnless("", "text", text).numberUnless(NEVER, "retry", retrySeconds);
    }
}
