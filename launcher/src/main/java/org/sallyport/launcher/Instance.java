// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.FullDisk;

/**
 * The directory of one instance and its folders. Everything that is made here is for its owner alone (0700): it holds
 * keys, and whoever can write to etc or deploy decides what runs.
 *
 * @param base the directory, absolute
 */
record Instance(Path base) {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    /** The number of the user who can do anything anyway. */
    private static final int ROOT = 0;

    /** Finds the directory of a role: the option, else the environment, else the role's place in the home directory. */
    static Instance of(@Nullable String option, String role, Map<String, String> environment) {
        String chosen = option != null ? option : environment.getOrDefault("SALLYPORT_BASE", "");
        Path path = chosen.isEmpty() ? home(role) : Path.of(chosen);
        return new Instance(path.toAbsolutePath().normalize());
    }

    static Path home(String role) {
        return Path.of(System.getProperty("user.home"), ".sallyport", role);
    }

    /** The user's files. */
    Path etc() {
        return base.resolve("etc");
    }

    /** Durable: what must be backed up. */
    Path state() {
        return base.resolve("state");
    }

    /** Hot deployment. */
    Path deploy() {
        return base.resolve("deploy");
    }

    Path log() {
        return base.resolve("log");
    }

    /** Disposable: what the container keeps between starts. */
    Path cache() {
        return base.resolve("cache");
    }

    /** Of the running process: its lock and its door. */
    Path run() {
        return base.resolve("run");
    }

    /**
     * Makes the directory that the lock lives in. State and run are private whatever they were before.
     *
     * @throws Refusal if the place cannot be used, or is somebody else's, too
     */
    void prepareForLock() {
        try {
            makePrivate(base);
            makePrivate(run());
            Files.setPosixFilePermissions(run(), PRIVATE);
            requireOwn(base);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * Makes what is missing, and puts the files of the role as shipped where the user can edit them. Files that exist are
     * left as they are.
     *
     * @param shipped the distribution's etc
     * @param names the files that this role has
     */
    void prepare(Path shipped, List<String> names) {
        try {
            for (Path folder : List.of(etc(), state(), deploy(), log(), cache())) {
                makePrivate(folder);
            }
            for (Path folder : List.of(etc(), deploy(), cache())) {
                requireOwn(folder);
            }
            Files.setPosixFilePermissions(state(), PRIVATE);
            for (String name : names) {
                Path target = etc().resolve(name);
                if (Files.notExists(target)) {
                    Path fresh = etc().resolve(name + ".new");
                    Files.copy(shipped.resolve(name), fresh, StandardCopyOption.REPLACE_EXISTING);
                    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
                    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    static void makePrivate(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent != null && Files.notExists(parent)) {
            makePrivate(parent);
        }
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /** Whoever can write to such a folder decides what runs, with this user's rights and this instance's keys. */
    private void requireOwn(Path folder) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw Refusal.usage(folder + " can be written by others (" + PosixFilePermissions.toString(permissions)
                    + "), who would decide what runs here. Expected a directory that only its owner writes to:"
                    + " chmod go-w " + folder);
        }
        int owner = owner(folder);
        if (owner != ROOT && owner != self()) {
            throw Refusal.usage(folder + " belongs to " + Files.getOwner(folder).getName()
                    + ", who would decide what runs here. Expected a directory of the user that starts the instance;"
                    + " --base DIR names another");
        }
    }

    /** {@return the number of the user that this process runs as, which is whose a new file is} */
    private int self() throws IOException {
        Path file = Files.createTempFile(run(), "owner", "");
        try {
            return owner(file);
        } finally {
            Files.delete(file);
        }
    }

    private static int owner(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid");
    }

    private static String words(IOException cause) {
        if (cause instanceof FileAlreadyExistsException file) {
            return file.getFile() + " is there and is no directory";
        }
        if (cause instanceof AccessDeniedException denied) {
            return "this user has no right to " + denied.getFile();
        }
        if (cause instanceof FileSystemException failed) {
            return failed.getFile() + ": " + (failed.getReason() == null ? "not found" : failed.getReason());
        }
        return String.valueOf(cause.getMessage());
    }

    private Refusal unusable(IOException cause) {
        String full = FullDisk.tell(cause, base);
        if (full != null) {
            return new Refusal(Sallyport.FAILED, full);
        }
        return Refusal.usage(base + " cannot be used as the instance's directory: " + words(cause)
                + ". Expected a place that this user may write to; --base DIR names another");
    }
}
