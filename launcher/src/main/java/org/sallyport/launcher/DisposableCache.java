// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Release;

/**
 * DIR/cache, in which the container keeps its bundles between starts. It belongs to one distribution and one choice of
 * features: what was left by another, or by a start that never became ready, is thrown away and built anew, which costs a
 * second. The file {@code origin} tells: a first line with the identity, a second one {@code ready} once it is true.
 */
final class DisposableCache {
    private static final String READY = "ready";

    private final Path folder;
    private final String identity;

    DisposableCache(Path folder, String identity) {
        this.folder = folder;
        this.identity = identity;
    }

    /**
     * Names what a cache is built from: the version, the platform's files, every file of the repository by name and size,
     * our own bundles and the choice of features by content (a snapshot changes without changing its name or size).
     *
     * @param home the distribution
     * @param features the instance's choice of features
     */
    static String identity(Path home, Path features) throws IOException {
        MessageDigest digest = sha256();
        digest.update(Release.version().getBytes(UTF_8));
        digest.update(System.getProperty("java.specification.version").getBytes(UTF_8));
        digest.update(Files.readAllBytes(features));
        Path ours = home.resolve("system/org/sallyport");
        try (Stream<Path> platform = Files.walk(home.resolve("lib/platform"));
                Stream<Path> repository = Files.walk(home.resolve("system"))) {
            Stream<Path> files = Stream.concat(platform, repository).filter(Files::isRegularFile);
            for (Path file : files.sorted().toList()) {
                digest.update(home.relativize(file).toString().getBytes(UTF_8));
                if (file.startsWith(ours)) {
                    digest.update(Files.readAllBytes(file));
                } else {
                    digest.update(Long.toString(Files.size(file)).getBytes(UTF_8));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Empties the cache unless the same distribution left it after a start that became ready. */
    void begin() throws IOException {
        if (!read().equals(List.of(identity, READY))) {
            empty();
        }
        Files.createDirectories(folder.resolve("tmp"));
        Files.writeString(origin(), identity + "\n");
    }

    /** What was built is good. */
    void ready() {
        try {
            Files.writeString(origin(), identity + "\n" + READY + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path origin() {
        return folder.resolve("origin");
    }

    private List<String> read() {
        try {
            return Files.readAllLines(origin());
        } catch (IOException e) {
            return List.of();
        }
    }

    private void empty() throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (!visited.equals(folder)) {
                    Files.delete(visited);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
