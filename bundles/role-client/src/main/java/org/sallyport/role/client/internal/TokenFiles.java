// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.config.LaunchOptions;

/**
 * Reads token files, away from the role's thread, because standard input and network file systems may keep a reader waiting
 * for ever. Messages name the file and never what is in it.
 */
final class TokenFiles {
    /** Stands for standard input. */
    static final String STANDARD_INPUT = "-";

    private static final int MAX_CHARS = 16 * 1024;

    private final InputStream standardInput;
    private final Map<String, String> environment;
    private final Executor executor;

    /**
     * @param standardInput what {@code -} means; its first line that is not blank is the token
     * @param environment what {@value LaunchOptions#TOKEN_OF_ENVIRONMENT} is taken from
     * @param executor runs each read, and may be kept busy by it
     */
    TokenFiles(InputStream standardInput, Map<String, String> environment, Executor executor) {
        this.standardInput = standardInput;
        this.environment = environment;
        this.executor = executor;
    }

    /** {@return reads on a thread of its own for each file} */
    static TokenFiles onThreads(InputStream standardInput) {
        return new TokenFiles(standardInput, System.getenv(), read -> {
            Thread thread = new Thread(read, "sallyport-token-file");
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** A file holds no token, for a reason that an operator can act on. */
    static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Reads a token file.
     *
     * @param path of the file, {@code -}, or {@value LaunchOptions#TOKEN_OF_ENVIRONMENT}
     * @return its text; fails with {@link UnreadableException}
     */
    CompletionStage<String> read(String path) {
        CompletableFuture<String> text = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                text.complete(token(path, environment.getOrDefault(LaunchOptions.TOKEN_VARIABLE, "")));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }

    private String token(String path, String ofEnvironment) throws UnreadableException {
        return switch (path) {
            case STANDARD_INPUT -> firstLine();
            case LaunchOptions.TOKEN_OF_ENVIRONMENT -> filled(ofEnvironment, path);
            default -> contents(path);
        };
    }

    private static String contents(String path) throws UnreadableException {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > MAX_CHARS) {
                throw new UnreadableException(
                        "token file " + path + " is longer than " + MAX_CHARS + " bytes: it is no token", null);
            }
            return filled(Files.readString(file), path);
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new UnreadableException("token file " + path + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new UnreadableException("token file " + path + " may not be read by this user", e);
        } catch (MalformedInputException e) {
            throw new UnreadableException("token file " + path + " holds no text: it is no token", e);
        } catch (UnreadableException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableException("token file " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    private String firstLine() throws UnreadableException {
        try {
            // not closed: standard input is not ours
            BufferedReader lines = new BufferedReader(new InputStreamReader(standardInput, StandardCharsets.UTF_8));
            StringBuilder line = new StringBuilder();
            for (int next = lines.read(); next >= 0 && line.length() < MAX_CHARS; next = lines.read()) {
                if (next == '\n' && !line.toString().isBlank()) {
                    break;
                }
                line.append((char) next);
            }
            return filled(line.toString(), "on standard input");
        } catch (IOException e) {
            throw new UnreadableException("the token on standard input cannot be read: " + e.getMessage(), e);
        }
    }

    private static String filled(String text, String path) throws UnreadableException {
        if (text.isBlank()) {
            throw new UnreadableException("token file " + path + " is empty", null);
        }
        return text.strip();
    }
}
