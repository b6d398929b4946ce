// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a command was given.
 *
 * @param out takes what it answers
 * @param err takes warnings
 * @param directory what relative files are relative to
 * @param prompt asks a person for a secret; null where nobody is there to be asked
 */
public record Console(PrintStream out, PrintStream err, Path directory, @Nullable Prompt prompt) {
    /** Asks for a line that is not shown. */
    @FunctionalInterface
    public interface Prompt {
        @Nullable
        String secret(String question) throws IOException;
    }

    private static final long MAX_FILE_BYTES = 4 * 1024 * 1024;

    /** {@return a file as the caller means it} */
    Path file(String name) {
        return directory.resolve(name).normalize();
    }

    /** {@return the text of a file of the caller's} */
    String read(String name) {
        Path file = file(name);
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new Failed(file + " is not a regular file");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new Failed(file + " has " + Files.size(file) + " bytes: expected at most " + MAX_FILE_BYTES);
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new Failed("there is no file " + file, e);
        } catch (CharacterCodingException e) {
            throw new Failed(file + " is not a text file", e);
        } catch (IOException e) {
            throw new Failed(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
