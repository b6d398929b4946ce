// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;

/**
 * Where the door is and what opens it, as the file {@code DIR/run/door} holds it in lines of {@code key=value}.
 *
 * @param port the loopback port
 * @param pid the container's process
 * @param role {@code server} or {@code client}
 * @param secret 64 hexadecimal digits (256 bits), new at each start
 */
public record DoorFile(int port, long pid, String role, String secret) {
    /** System property, set by the launcher: the instance's directory DIR; absent in a container that others started. */
    public static final String BASE = "sallyport.base";

    /** System property, set by the launcher: {@code server} or {@code client}. */
    public static final String ROLE = "sallyport.role";

    private static final String NAME = "door";

    private static final long MAX_BYTES = 4096;

    public DoorFile {
        if (port < 1 || port > 65_535 || pid < 1) {
            throw new IllegalArgumentException("port " + port + ", pid " + pid + ": expected a port and a process");
        }
        if (!role.matches("[a-z]+") || !secret.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("expected a role's name and 64 hexadecimal digits");
        }
    }

    /** Not the secret: this text may end in a log. */
    @Override
    public String toString() {
        return "door of the " + role + " with PID " + pid + " at port " + port;
    }

    /**
     * Reads the file.
     *
     * @param directory DIR/run
     * @return what it says
     * @throws IOException when it is not there ({@link java.nio.file.NoSuchFileException}), or is something else
     */
    public static DoorFile read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is too long to be a door file");
        }
        Properties lines = new Properties();
        lines.load(new StringReader(Files.readString(file)));
        try {
            return new DoorFile(
                    Integer.parseInt(lines.getProperty("port", "")),
                    Long.parseLong(lines.getProperty("pid", "")),
                    lines.getProperty("role", ""),
                    lines.getProperty("secret", ""));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: a running container writes it anew at its start", e);
        }
    }

    /**
     * Writes the file in one step, readable by its owner only.
     *
     * @param directory DIR/run, which must exist
     * @throws IOException when it cannot be written
     */
    public void write(Path directory) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path draft = Files.createTempFile(directory, NAME, ".new", ownerOnly);
        try {
            String text = "port=" + port + "\npid=" + pid + "\nrole=" + role + "\nsecret=" + secret + "\n";
            Files.write(draft, text.getBytes(StandardCharsets.US_ASCII));
            Files.move(
                    draft,
                    directory.resolve(NAME),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /**
     * Removes the file if it is still this one.
     *
     * @param directory DIR/run
     */
    public void remove(Path directory) {
        try {
            if (read(directory).equals(this)) {
                Files.deleteIfExists(directory.resolve(NAME));
            }
        } catch (NoSuchFileException e) {
            return; // somebody removed it already
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
