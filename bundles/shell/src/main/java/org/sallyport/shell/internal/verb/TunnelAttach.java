// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.sallyport.api.ClientId;
import org.sallyport.api.config.LaunchOptions;

final class TunnelAttach implements Verb {
    private static final Option TOKEN_FILE = Option.value(
            "--token-file",
            "FILE",
            "the file with the security token; - takes it from standard input, or asks for it in an interactive shell;"
                    + " without this option it is taken from $" + LaunchOptions.TOKEN_VARIABLE);
    private static final Option TUNNELS =
            Option.value("--tunnels", "N", "how many attachments; 1 unless told otherwise");

    private record Attached(List<String> clients) {}

    @Override
    public Syntax syntax() {
        return Syntax.of("tunnel", "attach", "Attaches this client to a gateway and prints the client's ID.")
                .with(TOKEN_FILE, TUNNELS, Syntax.JSON);
    }

    @Override
    public void run(Call call) {
        String file = call.given().text(TOKEN_FILE);
        int tunnels = call.given().number(TUNNELS, 1, LaunchOptions.MAX_TUNNELS, 1);
        var attachments = call.services().attachments();
        String token = file == null
                ? ofEnvironment(call)
                : file.equals("-") ? asked(call.console()) : call.console().read(file);
        List<ClientId> clients = call.changed(attachments.attach(token, tunnels, null));
        call.show(
                new Attached(clients.stream().map(ClientId::value).toList()),
                attached -> attached.clients().stream().map(id -> id + "\n").collect(Collectors.joining()));
    }

    private String ofEnvironment(Call call) {
        try {
            String token = call.console().token().read();
            if (token.isBlank()) {
                throw syntax().wrong(
                                TOKEN_FILE + " is missing, and there is no token in $" + LaunchOptions.TOKEN_VARIABLE);
            }
            return token;
        } catch (IOException e) {
            throw new Failed("the token could not be read: " + e.getMessage(), e);
        }
    }

    private static String asked(Console console) {
        try {
            String token = console.secret("Token: ");
            if (token == null || token.isBlank()) {
                throw new Failed("--token-file -: no token was given; expected it as a line"
                        + (console.prompt() == null ? " of standard input" : ""));
            }
            return token;
        } catch (IOException e) {
            throw new Failed("the token could not be read: " + e.getMessage(), e);
        }
    }
}
