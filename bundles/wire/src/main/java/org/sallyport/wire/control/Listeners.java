// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Client to server: what is true of each client port now; whole, after every change.
 *
 * @param ports one for each cloud destination that the client knows
 */
public record Listeners(List<Port> ports) implements ControlMessage {

    static final MessageType<Listeners> TYPE =
            new MessageType<>("listeners", Listeners.class, Listeners::read, Listeners::write);

    public Listeners {
        ports = List.copyOf(ports);
    }

    /**
     * A client port.
     *
     * @param destination the destination's ID
     * @param state {@code listening}, {@code waiting}, {@code failed}, {@code blocked} or {@code disabled}; a word of a
     *     later version is shown as it is
     * @param address the address that it listens on; empty when it does not
     * @param port the port that it listens on or would; 0: unknown
     * @param cause one sentence, empty when listening
     */
    public record Port(String destination, String state, String address, int port, String cause) {

        public Port {
            Check.present(destination, "destination");
            Check.present(state, "state");
            requireNonNull(address, "address");
            Check.port(port, 0, "port");
            requireNonNull(cause, "cause");
        }

        private static Port read(Fields fields) throws ControlViolation {
            return new Port(
                    fields.text("destination"),
                    fields.text("state"),
                    fields.textOr("address", ""),
                    fields.intOr("port", 0),
                    fields.textOr("cause", ""));
        }

        private void write(MapWriter map) {
            map.text("destination", destination)
                    .text("state", state)
                    .textUnless("", "address", address)
                    .numberUnless(0, "port", port)
                    .textUnless("", "cause", cause);
        }
    }

    private static Listeners read(Fields fields) throws ControlViolation {
        return new Listeners(fields.list("ports", Port::read));
    }

    private void write(MapWriter map) {
        map.list("ports", ports, Port::write);
    }
}
