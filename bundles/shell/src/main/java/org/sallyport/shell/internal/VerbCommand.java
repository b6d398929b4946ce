// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.Command;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Parser;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.service.Refusal;
import org.sallyport.shell.internal.verb.Call;
import org.sallyport.shell.internal.verb.CallerToken;
import org.sallyport.shell.internal.verb.Console;
import org.sallyport.shell.internal.verb.Failed;
import org.sallyport.shell.internal.verb.Services;
import org.sallyport.shell.internal.verb.Syntax;
import org.sallyport.shell.internal.verb.Verb;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A verb as Karaf knows commands. What the verb prints goes to the thread's standard streams, which Karaf connects to the
 * session or to the next command of a pipe. A failure becomes Karaf's {@link CommandException}, whose message every kind of
 * session shows as it is and none logs with a stack trace.
 */
final class VerbCommand implements Command {
    private static final Logger LOG = LoggerFactory.getLogger(VerbCommand.class);

    private final Verb verb;
    private final Syntax syntax;
    private final Services services;

    VerbCommand(Verb verb, Services services) {
        this.verb = verb;
        this.syntax = verb.syntax();
        this.services = services;
    }

    @Override
    public String getScope() {
        return syntax.scope();
    }

    @Override
    public String getName() {
        return syntax.name();
    }

    @Override
    public String getDescription() {
        return syntax.description();
    }

    @Override
    public @Nullable Object execute(Session session, List<Object> arguments) throws CommandException {
        try {
            List<String> words = words(arguments);
            if (syntax.asksForHelp(words)) {
                System.out.print(syntax.usage());
                System.out.flush();
            } else {
                verb.run(Call.of(syntax, words, services, console(session)));
            }
            return null;
        } catch (Refusal | Failed | IllegalArgumentException e) {
            throw failure(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            LOG.error("{}: failed", syntax.command(), e);
            throw failure("it failed inside (" + e + "); the log has the details", e);
        }
    }

    private CommandException failure(String message, RuntimeException cause) {
        String text = syntax.command() + ": " + message;
        return new CommandException(text, text, cause);
    }

    private static List<String> words(List<Object> arguments) {
        List<String> words = new ArrayList<>();
        for (Object argument : arguments) {
            if (argument instanceof List<?> || argument instanceof Map<?, ?>) {
                throw new IllegalArgumentException(
                        argument + ": the shell takes [...] for a list; expected it in quotes, as in '[::1]:443'");
            }
            words.add(String.valueOf(argument));
        }
        return words;
    }

    private static Console console(Session session) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        Console.@Nullable Prompt prompt = session.getTerminal() == null ? null : question -> ask(session, question);
        CallerToken token = session.get(CallerToken.VARIABLE) instanceof CallerToken callers ? callers : () -> "";
        return new Console(out, err, System.in, session.currentDir(), prompt, token);
    }

    private static @Nullable String ask(Session session, String question) throws IOException {
        return session.readLine(question, '*');
    }

    @Override
    public Completer getCompleter(boolean scoped) {
        return new WordCompleter(scoped);
    }

    @Override
    public @Nullable Parser getParser() {
        return null;
    }

    /** Completes this command's name, options, and the words that they take. */
    private final class WordCompleter implements Completer {
        private final boolean scoped;

        WordCompleter(boolean scoped) {
            this.scoped = scoped;
        }

        @Override
        public int complete(Session session, CommandLine line, List<String> candidates) {
            int place = line.getCursorArgumentIndex();
            String[] words = line.getArguments();
            String begun = line.getCursorArgument() == null
                    ? ""
                    : line.getCursorArgument().substring(0, line.getArgumentPosition());
            List<String> possible;
            if (place == 0) {
                possible = scoped ? List.of(syntax.name()) : List.of(syntax.command());
            } else if (words.length > 0 && isThis(words[0])) {
                List<String> before = Arrays.asList(words).subList(1, Math.min(place, words.length));
                possible = syntax.candidates(before, begun, services);
            } else {
                return -1;
            }
            possible.stream().filter(word -> word.startsWith(begun)).forEach(candidates::add);
            return candidates.isEmpty() ? -1 : line.getBufferPosition() - begun.length();
        }

        @Override
        public void completeCandidates(Session session, CommandLine line, List<Candidate> candidates) {
            List<String> words = new ArrayList<>();
            complete(session, line, words);
            boolean naming = line.getCursorArgumentIndex() == 0;
            for (String word : words) {
                candidates.add(new Candidate(
                        word, word, null, naming ? syntax.description() : null, null, syntax.command() + word, true));
            }
        }

        private boolean isThis(String word) {
            return word.equals(syntax.command()) || (scoped && word.equals(syntax.name()));
        }
    }
}
