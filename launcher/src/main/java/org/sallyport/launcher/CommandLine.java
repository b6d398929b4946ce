// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.door.DoorHello;

/**
 * What the user asked for. Only the form is checked here; whether a value means something is checked by whoever uses it.
 * No option takes a secret.
 */
sealed interface CommandLine {
    /** What {@code --help} prints. */
    String USAGE =
            """
            usage: sallyport server [--base DIR] [--set PID:KEY=VALUE]...
                   sallyport client [--base DIR] [--token-file FILE|-]... [--server HOST:PORT] [--tunnels N]
                                    [--allow HOST:PORT]... [--acl-file FILE] [--set PID:KEY=VALUE]...
                   sallyport run    [--base DIR] 'COMMAND; COMMAND' | -
                   sallyport shell  [--base DIR]
                   sallyport health [--base DIR]
                   sallyport version

            A client without --token-file takes its token from $SALLYPORT_TOKEN, if that is set, and so does tunnel:attach.
            An instance lives in DIR: by default $SALLYPORT_BASE, else ~/.sallyport/server or ~/.sallyport/client.
            run, shell and health talk to the one instance that this user runs; `-` reads commands from standard input.

            exit codes: 0 done, 1 failed, 2 command line or configuration wrong, 3 DIR is in use, 4 no instance runs,
            5 no attachment is left and none will be tried again""";

    /**
     * Start a role in this process.
     *
     * @param name {@code server} or {@code client}
     * @param base the instance's directory; null: the default
     * @param settings each {@code --set} as it was given
     * @param client what only a client takes; empty for a server
     */
    record Role(String name, @Nullable String base, List<String> settings, ClientOptions client)
            implements CommandLine {
        /** {@return the same, with the token of the environment if a client is told of no other on the command line} */
        Role withTokenOf(Map<String, String> environment) {
            boolean asks = name.equals("client")
                    && client.tokenFiles().isEmpty()
                    && !environment
                            .getOrDefault(LaunchOptions.TOKEN_VARIABLE, "")
                            .isBlank();
            return asks ? new Role(name, base, settings, client.with(LaunchOptions.TOKEN_OF_ENVIRONMENT)) : this;
        }
    }

    /** Options of {@code client}, as they were given. */
    record ClientOptions(
            List<String> tokenFiles,
            @Nullable String server,
            @Nullable String tunnels,
            List<String> allow,
            @Nullable String aclFile) {
        private ClientOptions with(String tokenFile) {
            return new ClientOptions(List.of(tokenFile), server, tunnels, allow, aclFile);
        }
    }

    /**
     * Talk to a running instance.
     *
     * @param mode what is wanted there
     * @param base the instance's directory; null: the one that runs
     * @param text the commands of {@code run}, {@code -} for standard input; empty for other modes
     */
    record Door(DoorHello.Mode mode, @Nullable String base, String text) implements CommandLine {}

    /** Print the version. */
    record Version() implements CommandLine {}

    /** Print the usage. */
    record Help() implements CommandLine {}

    /**
     * Reads a command line.
     *
     * @throws Refusal if it is not one; the message says what was given and what is expected
     */
    static CommandLine parse(String... args) {
        if (args.length == 0) {
            throw Refusal.usage("expected a command\n" + USAGE);
        }
        Words words = new Words(args);
        String command = words.next();
        return switch (command) {
            case "server", "client" -> role(command, words);
            case "run", "shell", "health" -> door(command, words);
            case "version", "--version" -> words.end(command, new Version());
            case "help", "--help", "-h" -> new Help();
            default ->
                throw Refusal.usage("unknown command '" + command
                        + "': expected server, client, run, shell, health or version (sallyport --help tells more)");
        };
    }

    private static CommandLine role(String command, Words words) {
        boolean client = command.equals("client");
        String base = null;
        String server = null;
        String tunnels = null;
        String aclFile = null;
        List<String> settings = new ArrayList<>();
        List<String> tokenFiles = new ArrayList<>();
        List<String> allow = new ArrayList<>();
        while (words.more()) {
            String option = words.next();
            String known = client || option.equals("--base") || option.equals("--set") ? option : "";
            switch (known) {
                case "--base" -> base = words.once(option, base);
                case "--set" -> settings.add(words.value(option));
                case "--token-file" -> tokenFiles.add(words.value(option));
                case "--server" -> server = words.once(option, server);
                case "--tunnels" -> tunnels = words.once(option, tunnels);
                case "--allow" -> allow.add(words.value(option));
                case "--acl-file" -> aclFile = words.once(option, aclFile);
                case "--help", "-h" -> {
                    return new Help();
                }
                default ->
                    throw unknown(
                            command,
                            option,
                            client
                                    ? "--base, --token-file, --server, --tunnels, --allow, --acl-file or --set"
                                    : "--base or --set");
            }
        }
        return new Role(
                command, base, List.copyOf(settings), new ClientOptions(tokenFiles, server, tunnels, allow, aclFile));
    }

    private static CommandLine door(String command, Words words) {
        boolean run = command.equals("run");
        String base = null;
        String text = null;
        while (words.more()) {
            String word = words.next();
            if (word.equals("--base")) {
                base = words.once(word, base);
            } else if (word.equals("--help") || word.equals("-h")) {
                return new Help();
            } else if (!run || (word.startsWith("-") && !word.equals("-"))) {
                throw unknown(command, word, run ? "--base, the commands as one argument, or -" : "--base");
            } else if (text == null) {
                text = word;
            } else {
                throw Refusal.usage("run: '" + word
                        + "' is one argument too many: put all commands into one, in quotes," + " separated by ;");
            }
        }
        if (run && text == null) {
            throw Refusal.usage("run: expected the commands as one argument, in quotes, or - to read them from standard"
                    + " input");
        }
        return new Door(DoorHello.Mode.valueOf(command.toUpperCase(Locale.ROOT)), base, text == null ? "" : text);
    }

    private static Refusal unknown(String command, String given, String expected) {
        return Refusal.usage(command + ": unknown option '" + given + "': expected " + expected);
    }

    /** The words of a command line, from left to right. */
    final class Words {
        private final String[] words;
        private int at;

        Words(String... words) {
            this.words = words;
        }

        boolean more() {
            return at < words.length;
        }

        String next() {
            return words[at++];
        }

        String value(String option) {
            if (!more() || words[at].isEmpty() || words[at].startsWith("--")) {
                throw Refusal.usage(option + ": expected a value after it");
            }
            return next();
        }

        String once(String option, @Nullable String before) {
            if (before != null) {
                throw Refusal.usage(option + ": given twice, expected once");
            }
            return value(option);
        }

        CommandLine end(String command, CommandLine parsed) {
            if (more()) {
                throw unknown(command, next(), "nothing more");
            }
            return parsed;
        }
    }
}
