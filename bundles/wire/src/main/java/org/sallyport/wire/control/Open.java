// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * The first message of a data stream, from the end that opened it; payload follows at once.
 *
 * @param destination the destination's ID
 * @param revision of the configuration that the opener relies on; an end that is behind waits for it, 2 s at most
 * @param source address that the application connected from
 * @param sourcePort its port
 * @param local address that the application connected to
 * @param localPort its port
 * @param facts what the protocol knows of the application's leg, for example {@code sni} and {@code alpn}
 * @param flow the ID that both ends log
 */
public record Open(
        String destination,
        long revision,
        String source,
        int sourcePort,
        String local,
        int localPort,
        Map<String, String> facts,
        long flow) {

    public Open {
        Check.present(destination, "destination");
        Check.atLeast(0, revision, "revision");
        requireNonNull(source, "source");
        Check.port(sourcePort, 0, "sourcePort");
        requireNonNull(local, "local");
        Check.port(localPort, 0, "localPort");
        facts = Check.sorted(facts);
    }

    static Open read(Fields fields) throws ControlViolation {
        return new Open(
                fields.text("destination"),
                fields.number("revision"),
                fields.textOr("source", ""),
                fields.intOr("sourcePort", 0),
                fields.textOr("local", ""),
                fields.intOr("localPort", 0),
                fields.textMap("facts"),
                fields.numberOr("flow", 0));
    }

    void write(MapWriter map) {
        map.text("destination", destination)
                .number("revision", revision)
                .textUnless("", "source", source)
                .numberUnless(0, "sourcePort", sourcePort)
                .textUnless("", "local", local)
                .numberUnless(0, "localPort", localPort)
                .textMap("facts", facts)
                .numberUnless(0, "flow", flow);
    }
}
