// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Shown;
import org.sallyport.api.service.Outcome;

/** One call of a command: what was given, the services, where it was given. */
public final class Call {
    private static final int USUAL_WAIT_SECONDS = 30;

    private final Given given;
    private final Services services;
    private final Console console;

    private Call(Given given, Services services, Console console) {
        this.given = given;
        this.services = services;
        this.console = console;
    }

    /**
     * Reads a call.
     *
     * @throws IllegalArgumentException when the words do not fit the syntax
     */
    public static Call of(Syntax syntax, List<String> words, Services services, Console console) {
        Given given = syntax.parse(words);
        String format = given.text(Syntax.JSON, "json");
        if (!format.equals("json")) {
            throw new IllegalArgumentException("-o '" + Shown.of(format) + "': expected json");
        }
        return new Call(given, services, console);
    }

    Given given() {
        return given;
    }

    Services services() {
        return services;
    }

    Console console() {
        return console;
    }

    <T> T await(CompletionStage<T> stage) {
        return Answers.await(stage, Answers.USUAL);
    }

    /** Waits for a change, tells its warnings, and returns what it made. */
    <T> T changed(CompletionStage<Outcome<T>> stage) {
        Outcome<T> outcome = await(stage);
        outcome.warnings().forEach(warning -> console.err().println("warning: " + warning));
        console.err().flush();
        return outcome.value();
    }

    /** Shows a value as JSON if that is wanted, else in words. */
    <T> void show(T value, Function<T, String> words) {
        if (given.has(Syntax.JSON)) {
            print(Json.text(value));
        } else {
            print(words.apply(value));
        }
    }

    void print(String text) {
        console.out().print(text.endsWith("\n") || text.isEmpty() ? text : text + "\n");
        console.out().flush();
    }

    /** Waits for a state. */
    interface Await<T> {
        CompletionStage<T> await(String state, Duration limit);
    }

    /**
     * Checks {@code --wait} before anything is done.
     *
     * @param states what may be waited for
     */
    void checkWait(List<String> states) {
        wanted(states);
    }

    /**
     * Does what {@code --wait} asks for.
     *
     * @param now what there is without waiting; shown also when the wait is in vain
     */
    <T> void showAfterWait(T now, List<String> states, Await<T> await, Function<T, String> words) {
        T latest = now;
        try {
            Wanted wanted = wanted(states);
            if (wanted != null) {
                latest = Answers.await(
                        await.await(wanted.state(), wanted.limit()),
                        wanted.limit().plusSeconds(10));
            }
        } finally {
            show(latest, words);
        }
    }

    private record Wanted(String state, Duration limit) {}

    private @Nullable Wanted wanted(List<String> states) {
        String text = given.text(Syntax.WAIT);
        if (text == null) {
            return null;
        }
        int colon = text.indexOf(':');
        String state = colon < 0 ? text : text.substring(0, colon);
        String seconds = colon < 0 ? "" + USUAL_WAIT_SECONDS : text.substring(colon + 1);
        if (!states.contains(state) || !seconds.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("--wait '" + Shown.of(text) + "': expected STATE[:SECONDS] with one of "
                    + String.join(", ", states));
        }
        return new Wanted(state, Duration.ofSeconds(Integer.parseInt(seconds)));
    }
}
