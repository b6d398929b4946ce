// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.util.List;
import java.util.Locale;
import org.sallyport.api.service.ClientHistory;
import org.sallyport.api.service.ClientView;

/** Clients in words. */
final class ClientText {
    static final Argument ID = Argument.required("ID", "the client's ID", Completion.CLIENTS);

    private ClientText() {}

    static String list(List<ClientView> clients) {
        return Table.<ClientView>of(
                        client -> List.of(
                                client.id(),
                                client.gateway(),
                                client.host(),
                                client.address(),
                                client.state(),
                                client.since(),
                                rtt(client.rttMillis()),
                                client.version(),
                                client.key()),
                        "ID",
                        "Gateway",
                        "Host",
                        "Address",
                        "State",
                        "Since",
                        "Round trip",
                        "Version",
                        "Key")
                .text(clients, "No client is attached.");
    }

    static String show(ClientView client) {
        return new Lines()
                .with("ID", client.id())
                .with("Gateway", client.gateway())
                .with("Key", client.key())
                .with("Host", client.host())
                .with("Address", client.address())
                .with("Version", client.version())
                .with("Since", client.since())
                .with("Round trip", rtt(client.rttMillis()))
                .with("State", client.state())
                .toString();
    }

    static String history(List<ClientHistory> entries) {
        return Table.<ClientHistory>of(
                        entry -> List.of(
                                entry.client(),
                                entry.host(),
                                entry.address(),
                                entry.since(),
                                entry.until() == null ? "" : entry.until(),
                                entry.end(),
                                entry.key()),
                        "Client",
                        "Host",
                        "Address",
                        "Since",
                        "Until",
                        "End",
                        "Key")
                .text(entries, "No client ever came to this gateway.");
    }

    static String rtt(double millis) {
        return millis < 0 ? "not measured" : String.format(Locale.ROOT, "%.1f ms", millis);
    }
}
