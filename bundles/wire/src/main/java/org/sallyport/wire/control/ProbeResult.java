// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Client to server: the answer to {@link Probe}.
 *
 * @param request that of the probe
 * @param code a number of the OPENED table: what an open would have been answered, 0 for a plain answer
 * @param text one sentence, empty with code 0
 * @param micros how long it took at the client, in microseconds
 * @param steps what was tried in which order, up to the first that failed; at most {@value #MAX_STEPS}; none from a client
 *     that does not tell
 */
public record ProbeResult(long request, int code, String text, long micros, List<Step> steps)
        implements ControlMessage {

    /** Most steps of an answer. */
    public static final int MAX_STEPS = 32;

    static final MessageType<ProbeResult> TYPE =
            new MessageType<>("probe-result", ProbeResult.class, ProbeResult::read, ProbeResult::write);

    public ProbeResult {
        Check.atLeast(0, request, "request");
        Check.atLeast(0, code, "code");
        requireNonNull(text, "text");
        Check.atLeast(0, micros, "micros");
        steps = List.copyOf(steps);
        if (steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException(
                    "\"steps\" has " + steps.size() + " entries; expected at most " + MAX_STEPS);
        }
    }

    /** Without steps. */
    public ProbeResult(long request, int code, String text, long micros) {
        this(request, code, text, micros, List.of());
    }

    /**
     * Something that was tried on the way.
     *
     * @param name a word or two, at most {@value #MAX_NAME} characters
     * @param passed whether it succeeded
     * @param text what was seen, at most {@value #MAX_TEXT} characters
     */
    public record Step(String name, boolean passed, String text) {
        /** Most characters of a name. */
        public static final int MAX_NAME = 64;

        /** Most characters of a text. */
        public static final int MAX_TEXT = 512;

        public Step {
            Check.within(MAX_NAME, Check.present(name, "name"), "name");
            Check.within(MAX_TEXT, text, "text");
        }

        private static Step read(Fields fields) throws ControlViolation {
            return new Step(fields.text("name"), fields.flagOr("passed", false), fields.textOr("text", ""));
        }

        private void write(MapWriter map) {
            map.text("name", name).flagUnless(false, "passed", passed).textUnless("", "text", text);
        }
    }

    private static ProbeResult read(Fields fields) throws ControlViolation {
        return new ProbeResult(
                fields.number("request"),
                fields.integer("code"),
                fields.textOr("text", ""),
                fields.numberOr("micros", 0),
                fields.list("steps", Step::read));
    }

    private void write(MapWriter map) {
        map.number("request", request)
                .number("code", code)
                .textUnless("", "text", text)
                .numberUnless(0, "micros", micros)
                .list("steps", steps, Step::write);
    }
}
