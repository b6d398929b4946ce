// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal.verb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes what only the owner of a file may read, in one step: a reader sees the whole of it or what was there before. */
final class SecretFile {
    private SecretFile() {}

    static void check(Path file) {
        Path directory = file.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new Failed("there is no directory " + directory + " for " + file);
        }
        if (Files.isDirectory(file) || !Files.isWritable(directory)) {
            throw new Failed(file + " cannot be written: "
                    + (Files.isDirectory(file) ? "it is a directory" : directory + " is not writable"));
        }
    }

    static void write(Path file, String secret) {
        write(file, (secret + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static void write(Path file, byte[] secret) {
        check(file);
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Path draft = Files.createTempFile(file.getParent(), ".token", ".new", ownerOnly);
            try {
                Files.write(draft, secret);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new Failed(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
