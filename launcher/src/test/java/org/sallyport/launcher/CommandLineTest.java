// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.api.door.DoorHello;

class CommandLineTest {
    @Test
    void a_client_takes_every_option_of_the_contract() {
        CommandLine parsed = CommandLine.parse(
                "client",
                "--base",
                "d",
                "--token-file",
                "a",
                "--token-file",
                "-",
                "--server",
                "h:1",
                "--tunnels",
                "2",
                "--allow",
                "x:1",
                "--allow",
                "y:2",
                "--acl-file",
                "f",
                "--set",
                "p:k=v",
                "--set",
                "p:l=w");

        assertThat(parsed)
                .isEqualTo(new CommandLine.Role(
                        "client",
                        "d",
                        List.of("p:k=v", "p:l=w"),
                        new CommandLine.ClientOptions(List.of("a", "-"), "h:1", "2", List.of("x:1", "y:2"), "f")));
    }

    @Test
    void run_takes_its_commands_as_one_argument_or_from_standard_input() {
        assertThat(CommandLine.parse("run", "a; b")).isEqualTo(new CommandLine.Door(DoorHello.Mode.RUN, null, "a; b"));
        assertThat(CommandLine.parse("run", "--base", "d", "-"))
                .isEqualTo(new CommandLine.Door(DoorHello.Mode.RUN, "d", "-"));
        assertThat(CommandLine.parse("health")).isEqualTo(new CommandLine.Door(DoorHello.Mode.HEALTH, null, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    frobnicate                      | unknown command 'frobnicate'
                    server --token-file x           | server: unknown option '--token-file': expected --base or --set
                    server --base                   | --base: expected a value after it
                    server --base --set             | --base: expected a value after it
                    server --base a --base b        | --base: given twice, expected once
                    server now                      | server: unknown option 'now'
                    client --token secret           | client: unknown option '--token': expected --base, --token-file
                    run                             | run: expected the commands as one argument
                    run a b                         | run: 'b' is one argument too many
                    run --verbose a                 | run: unknown option '--verbose'
                    health now                      | health: unknown option 'now': expected --base
                    version 2                       | version: unknown option '2': expected nothing more
                    """)
    void a_wrong_command_line_is_refused_with_what_was_given_and_expected(String words, String message) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> CommandLine.parse(words.split(" ")))
                .withMessageStartingWith(message)
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.USAGE));
    }

    @Test
    void no_command_at_all_shows_the_usage() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(CommandLine::parse)
                .withMessageContaining("usage: sallyport server");
    }
}
