// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Client to server: a configuration is in force.
 *
 * @param revision of the configuration
 * @param failures destinations that could not be applied; all others are
 * @param remarks what else an operator should know of destinations
 */
public record Applied(long revision, List<Failure> failures, List<Remark> remarks) implements ControlMessage {

    static final MessageType<Applied> TYPE = new MessageType<>("applied", Applied.class, Applied::read, Applied::write);

    public Applied {
        Check.atLeast(0, revision, "revision");
        failures = List.copyOf(failures);
        remarks = List.copyOf(remarks);
    }

    /** Without remarks. */
    public Applied(long revision, List<Failure> failures) {
        this(revision, failures, List.of());
    }

    /**
     * A destination that this client could not apply.
     *
     * @param destination its ID
     * @param text one sentence, for the operator
     */
    public record Failure(String destination, String text) {

        public Failure {
            Check.present(destination, "destination");
            requireNonNull(text, "text");
        }

        private static Failure read(Fields fields) throws ControlViolation {
            return new Failure(fields.text("destination"), fields.textOr("text", ""));
        }

        private void write(MapWriter map) {
            map.text("destination", destination).textUnless("", "text", text);
        }
    }

    /**
     * A destination of which there is more to say than that it is applied.
     *
     * @param destination its ID
     * @param text part of a sentence, for the operator
     */
    public record Remark(String destination, String text) {

        public Remark {
            Check.present(destination, "destination");
            Check.present(text, "text");
        }

        private static Remark read(Fields fields) throws ControlViolation {
            return new Remark(fields.text("destination"), fields.text("text"));
        }

        private void write(MapWriter map) {
            map.text("destination", destination).text("text", text);
        }
    }

    private static Applied read(Fields fields) throws ControlViolation {
        return new Applied(
                fields.number("revision"),
                fields.list("failures", Failure::read),
                fields.list("remarks", Remark::read));
    }

    private void write(MapWriter map) {
        map.number("revision", revision)
                .list("failures", failures, Failure::write)
                .list("remarks", remarks, Remark::write);
    }
}
