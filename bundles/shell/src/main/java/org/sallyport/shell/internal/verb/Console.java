// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a command was given.
 *
 * @param out takes what it answers
 * @param err takes warnings
 * @param in gives what is piped into the command
 * @param directory what relative files are relative to
 * @param prompt asks a person for a secret; null where nobody is there to be asked
 * @param token in the caller's environment
 */
public record Console(
        PrintStream out, PrintStream err, InputStream in, Path directory, @Nullable Prompt prompt, CallerToken token) {
    /** Asks for a line that is not shown. */
    @FunctionalInterface
    public interface Prompt {
        @Nullable
        String secret(String question) throws IOException;
    }

    private static final int MAX_SECRET_BYTES = 16 * 1024;
    private static final long MAX_FILE_BYTES = 4 * 1024 * 1024;

    /** {@return a secret: from the person, else the next line of the input that is not blank; null when there is none} */
    @Nullable
    String secret(String question) throws IOException {
        return prompt == null ? line() : prompt.secret(question);
    }

    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && line.size() < MAX_SECRET_BYTES; next = in.read()) {
            if (next == '\n' && !line.toString(StandardCharsets.UTF_8).isBlank()) {
                break;
            }
            line.write(next);
        }
        String text = line.toString(StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? null : text;
    }

    /** {@return a file as the caller means it} */
    Path file(String name) {
        return directory.resolve(name).normalize();
    }

    /** {@return the text of a file of the caller's} */
    String read(String name) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(readBytes(name, MAX_FILE_BYTES)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Failed(file(name) + " is not a text file", e);
        }
    }

    /** {@return what is in a file of the caller's, which may have so many bytes} */
    byte[] readBytes(String name, long most) {
        Path file = file(name);
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new Failed(file + " is not a regular file");
            }
            if (Files.size(file) > most) {
                throw new Failed(file + " has " + Files.size(file) + " bytes: expected at most " + most);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new Failed("there is no file " + file, e);
        } catch (IOException e) {
            throw new Failed(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
