// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page on commands says what the commands say of themselves. */
final class CommandsPageTest {
    private static final Path PAGE = Path.of("../../docs/commands.md");

    private static final String BEGINNING =
            """
            # Commands

            For `bin/sallyport run '…'` and `bin/sallyport shell`, and for Karaf's own shell. Tab completes commands, options, IDs and what may be their
            value. `COMMAND --help` prints what stands here. IDs may not be shortened; words with blanks stand in quotes.

            A server has those of gateways, destinations and clients; tunnels and lists are shown and changed at both ends.
            """;

    @Test
    void isWhatTheCommandsSay() throws IOException {
        assertThat(Files.readString(PAGE))
                .as("docs/commands.md; the main method of this class writes it anew")
                .isEqualTo(page());
    }

    private static String page() {
        StringBuilder text = new StringBuilder(BEGINNING);
        String scope = "";
        for (Verb verb : Verbs.all()) {
            Syntax syntax = verb.syntax();
            String own = syntax.command().substring(0, syntax.command().indexOf(':'));
            if (!own.equals(scope)) {
                scope = own;
                text.append("\n## ").append(scope).append('\n');
            }
            text.append("\n```\n").append(syntax.usage()).append("```\n");
        }
        return text.toString();
    }

    /** Writes the page, in this module's directory. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(PAGE, page());
    }
}
