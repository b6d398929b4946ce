// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this instance keeps what must not be lost: files of mode 0600 in a directory of mode 0700.
 *
 * @param path the directory, which need not exist yet
 */
record StateDirectory(Path path) {
    /** System property: the directory, set by the launcher. */
    static final String STATE = "sallyport.state";

    /** System property of Karaf: in a container that another launcher started, the directory lies in its data. */
    static final String KARAF_DATA = "karaf.data";

    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    /**
     * Finds the directory of this process.
     *
     * @param system the system properties
     * @return the directory
     */
    static StateDirectory of(Properties system) {
        String given = system.getProperty(STATE, "");
        if (!given.isEmpty()) {
            return new StateDirectory(Path.of(given).toAbsolutePath());
        }
        String data = system.getProperty(KARAF_DATA, "");
        if (data.isEmpty()) {
            throw new IllegalStateException("no place for durable state: expected the system property " + STATE
                    + " (a directory), or Karaf's own " + KARAF_DATA);
        }
        return new StateDirectory(
                Path.of(data).toAbsolutePath().resolve("sallyport").resolve("state"));
    }

    /** {@return a file of this directory} */
    Path file(String name) {
        return path.resolve(name);
    }

    /** Makes the directory when it is not there. */
    void make() throws IOException {
        if (Files.isDirectory(path)) {
            tighten(path, OWNER_ONLY_DIRECTORY);
        } else {
            Files.createDirectories(path, attributes(OWNER_ONLY_DIRECTORY));
        }
    }

    /** Makes an empty file that only the owner can read; one of that name must not be there. */
    void makeFile(Path file) throws IOException {
        Files.createFile(file, attributes(OWNER_ONLY));
    }

    /** Takes from others what they may do with a file that is there; says so when there was something to take. */
    void tightenFile(Path file) throws IOException {
        tighten(file, OWNER_ONLY);
    }

    /** Makes names that were created or moved in this directory durable. */
    void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
        return hasPermissions(Path.of("/"))
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private static void tighten(Path what, Set<PosixFilePermission> most) throws IOException {
        if (hasPermissions(what) && !most.containsAll(Files.getPosixFilePermissions(what))) {
            Files.setPosixFilePermissions(what, most);
            LOG.warn(
                    "{}: others than its owner had access to it; it is now {}",
                    what,
                    PosixFilePermissions.toString(most));
        }
    }

    private static boolean hasPermissions(Path what) {
        return what.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
