// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * A destination as the client's end needs it.
 *
 * @param id the destination's ID
 * @param name its name, for people
 * @param direction {@code on-premises} (the client dials) or {@code cloud} (the client listens); a client reports a
 *     destination with another word as failed
 * @param protocol name of the protocol on the application's side
 * @param host the resource's host
 * @param port the resource's port, 1 to 65535
 * @param listenPort where the ingress end listens: the client port of a cloud destination, else the server's port for
 *     information; 1 to 65535
 * @param enabled the operator's wish
 * @param connectTimeoutMillis deadline over all tries of one open, in milliseconds
 * @param idleTimeoutMillis a connection without a byte either way for so long ends, in milliseconds; 0: never
 * @param maxConnections most connections at once; 0: no limit of its own
 * @param needs features that an end must have to apply this destination
 * @param options whatever the protocol or a later version adds
 */
public record DestinationConfig(
        String id,
        String name,
        String direction,
        String protocol,
        String host,
        int port,
        int listenPort,
        boolean enabled,
        long connectTimeoutMillis,
        long idleTimeoutMillis,
        long maxConnections,
        List<String> needs,
        Map<String, String> options) {

    /** {@link #direction()} of a destination whose resource the client dials. */
    public static final String ON_PREMISES = "on-premises";

    /** {@link #direction()} of a destination whose applications connect to the client. */
    public static final String CLOUD = "cloud";

    /** Connect timeout where none is given, in milliseconds. */
    public static final long DEFAULT_CONNECT_TIMEOUT = 10_000;

    public DestinationConfig {
        Check.present(id, "id");
        requireNonNull(name, "name");
        Check.present(direction, "direction");
        Check.present(protocol, "protocol");
        Check.present(host, "host");
        Check.port(port, 1, "port");
        Check.port(listenPort, 1, "listenPort");
        Check.atLeast(1, connectTimeoutMillis, "connectTimeout");
        Check.atLeast(0, idleTimeoutMillis, "idleTimeout");
        Check.atLeast(0, maxConnections, "maxConnections");
        needs = List.copyOf(needs);
        options = Check.sorted(options);
    }

    static DestinationConfig read(Fields fields) throws ControlViolation {
        return new DestinationConfig(
                fields.text("id"),
                fields.textOr("name", ""),
                fields.text("direction"),
                fields.text("protocol"),
                fields.text("host"),
                fields.integer("port"),
                fields.integer("listenPort"),
                fields.flagOr("enabled", true),
                fields.numberOr("connectTimeout", DEFAULT_CONNECT_TIMEOUT),
                fields.numberOr("idleTimeout", 0),
                fields.numberOr("maxConnections", 0),
                fields.texts("needs"),
                fields.textMap("options"));
    }

    void write(MapWriter map) {
        map.text("id", id)
                .textUnless("", "name", name)
                .text("direction", direction)
                .text("protocol", protocol)
                .text("host", host)
                .number("port", port)
                .number("listenPort", listenPort)
                .flagUnless(true, "enabled", enabled)
                .numberUnless(DEFAULT_CONNECT_TIMEOUT, "connectTimeout", connectTimeoutMillis)
                .numberUnless(0, "idleTimeout", idleTimeoutMillis)
                .numberUnless(0, "maxConnections", maxConnections)
                .texts("needs", needs)
                .textMap("options", options);
    }
}
