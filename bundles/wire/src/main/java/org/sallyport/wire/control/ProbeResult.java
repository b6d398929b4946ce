// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

/**
 * Client to server: the answer to {@link Probe}.
 *
 * @param request that of the probe
 * @param code a number of the OPENED table: what an open would have been answered, 0 for a plain answer
 * @param text one sentence, empty with code 0
 * @param micros how long it took at the client, in microseconds
 */
public record ProbeResult(long request, int code, String text, long micros) implements ControlMessage {

    static final MessageType<ProbeResult> TYPE =
            new MessageType<>("probe-result", ProbeResult.class, ProbeResult::read, ProbeResult::write);

    public ProbeResult {
        Check.atLeast(0, request, "request");
        Check.atLeast(0, code, "code");
        requireNonNull(text, "text");
        Check.atLeast(0, micros, "micros");
    }

    private static ProbeResult read(Fields fields) throws ControlViolation {
        return new ProbeResult(
                fields.number("request"),
                fields.integer("code"),
                fields.textOr("text", ""),
                fields.numberOr("micros", 0));
    }

    private void write(MapWriter map) {
        map.number("request", request)
                .number("code", code)
                .textUnless("", "text", text)
                .numberUnless(0, "micros", micros);
    }
}
