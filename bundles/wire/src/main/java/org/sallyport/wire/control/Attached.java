// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Server to client: the attach is accepted.
 *
 * @param client the ID that this attachment has from now on
 * @param limits what this tunnel may do
 * @param servers addresses ({@code HOST:PORT}) where the server can be reached, for the next connect; empty: those of the
 *     token
 * @param nextPin SHA-256 of the next tunnel CA's public key, 64 lower-case hexadecimal digits, to be kept and accepted
 *     beside the present one; null: none
 * @param version version of the server's software
 * @param features what the server can do beyond version 1 of the protocol
 * @param config what to apply now
 */
public record Attached(
        String client,
        Limits limits,
        List<String> servers,
        @Nullable String nextPin,
        String version,
        List<String> features,
        Config config)
        implements ControlMessage {

    static final MessageType<Attached> TYPE =
            new MessageType<>("attached", Attached.class, Attached::read, Attached::write);

    public Attached {
        Check.present(client, "client");
        requireNonNull(limits, "limits");
        servers = List.copyOf(servers);
        requireNonNull(version, "version");
        features = List.copyOf(features);
        requireNonNull(config, "config");
        if (nextPin != null && !nextPin.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "\"nextPin\" has " + nextPin.length() + " characters; expected 64 lower-case hexadecimal digits");
        }
    }

    private static Attached read(Fields fields) throws ControlViolation {
        return new Attached(
                fields.text("client"),
                fields.mapOr("limits", Limits::read, Limits.DEFAULT),
                fields.texts("servers"),
                fields.textOrNull("nextPin"),
                fields.text("version"),
                fields.texts("features"),
                fields.map("config", Config::read));
    }

    private void write(MapWriter map) {
        map.text("client", client).map("limits", limits, Limits::write).texts("servers", servers);
        map.text("nextPin", nextPin).text("version", version).texts("features", features);
        map.map("config", config, Config::write);
    }
}
