// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The instances that this user runs, wherever their directories are: a file each in {@code ~/.sallyport/running}, named by
 * the PID, holding the directory. A convenience for those who do not want to say {@code --base}: where it cannot be written,
 * instances in other than the usual places have to be named. What a killed process left behind is removed by whoever reads.
 */
final class InstanceList {
    private static final int LONGEST_PATH = 8192;

    private InstanceList() {}

    private static Path folder() {
        return Instance.home("running");
    }

    private static Path ownEntry() {
        return folder().resolve(Long.toString(ProcessHandle.current().pid()));
    }

    /** Adds an instance that this process runs. */
    static void add(Instance instance) {
        Path entry = ownEntry();
        try {
            Instance.makePrivate(folder());
            Path fresh = Files.createTempFile(
                    folder(),
                    "new",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(fresh, instance.base().toString());
                Files.move(fresh, entry, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            System.err.println("sallyport: " + entry + " cannot be written (" + e
                    + "), so run, shell and health find this instance by --base " + instance.base() + " only");
        }
    }

    /** Takes the instance of this process out again. */
    static void remove() {
        removeEntry(ownEntry());
    }

    private static void removeEntry(Path entry) {
        try {
            Files.deleteIfExists(entry);
        } catch (IOException e) {
            // the next who reads tries again
        }
    }

    /** {@return those whose processes run and still hold their directories} */
    static List<Instance> read() {
        List<Instance> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder())) {
            entries.filter(entry -> entry.getFileName().toString().matches("[1-9][0-9]{0,17}"))
                    .forEach(entry -> addIfRunning(entry, found));
        } catch (IOException | java.io.UncheckedIOException e) {
            // nothing was started outside of the usual places, or nobody could write it down
        }
        return found;
    }

    private static void addIfRunning(Path entry, List<Instance> found) {
        long pid = Long.parseLong(entry.getFileName().toString());
        try {
            if (ProcessHandle.of(pid).isEmpty()) {
                removeEntry(entry);
            } else if (Files.size(entry) <= LONGEST_PATH) {
                Instance instance = new Instance(Path.of(Files.readString(entry)));
                if (InstanceLock.holder(instance) == pid) {
                    found.add(instance);
                } else {
                    removeEntry(entry); // the PID is another process's by now
                }
            }
        } catch (IOException | InvalidPathException e) {
            // it went in between, or somebody else wrote it
        }
    }
}
