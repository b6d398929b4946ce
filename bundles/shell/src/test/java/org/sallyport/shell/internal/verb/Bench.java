// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.shell.internal.FakeServer;
import org.sallyport.shell.internal.FakeServices;

/** Runs single commands against fakes. */
final class Bench {
    final FakeServer server = new FakeServer();
    final FakeServices services = FakeServices.of(server);
    Path directory = Path.of("").toAbsolutePath();
    Console.@Nullable Prompt prompt;
    String input = "";
    String environmentToken = "";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Runs a command; {@link #out()} and {@link #err()} then have what it printed. */
    void run(String line) {
        List<String> words = Arrays.asList(line.split(" "));
        Verb verb = Verbs.all().stream()
                .filter(candidate -> candidate.syntax().command().equals(words.get(0)))
                .findFirst()
                .orElseThrow();
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, false, UTF_8),
                new PrintStream(err, false, UTF_8),
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                directory,
                prompt,
                () -> environmentToken);
        verb.run(Call.of(verb.syntax(), words.subList(1, words.size()), services, console));
    }

    String out() {
        return out.toString(UTF_8);
    }

    String err() {
        return err.toString(UTF_8);
    }
}
