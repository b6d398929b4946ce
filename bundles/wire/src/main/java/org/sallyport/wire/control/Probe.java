// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import org.jspecify.annotations.Nullable;

/**
 * Server to client: try something and answer with {@link ProbeResult}.
 *
 * @param request a number of the sender's choice that the answer repeats
 * @param destination the ID of a destination whose egress is at the client: its leg is tried, through ACL, ceiling and
 *     limits like any open; null: only answer
 */
public record Probe(long request, @Nullable String destination) implements ControlMessage {

    static final MessageType<Probe> TYPE = new MessageType<>("probe", Probe.class, Probe::read, Probe::write);

    public Probe {
        Check.atLeast(0, request, "request");
    }

    private static Probe read(Fields fields) throws ControlViolation {
        return new Probe(fields.number("request"), fields.textOrNull("destination"));
    }

    private void write(MapWriter map) {
        map.number("request", request).text("destination", destination);
    }
}
