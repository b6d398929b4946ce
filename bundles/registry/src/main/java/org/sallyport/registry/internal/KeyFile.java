// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.FullDisk;
import org.sallyport.api.registry.RegistryException;

/**
 * The key under which secrets are encrypted: 32 random bytes in a file of their own, made at first use and durable before
 * anything is encrypted with them. For the store's thread.
 */
final class KeyFile {
    static final String NAME = "secret.key";
    static final int BYTES = 32;

    private final StateDirectory directory;
    private final SecureRandom random;
    private final Disk disk;
    private final Path path;
    private byte @Nullable [] known;

    KeyFile(StateDirectory directory, SecureRandom random, Disk disk) {
        this.directory = directory;
        this.random = random;
        this.disk = disk;
        this.path = directory.file(NAME);
    }

    /** {@return where the key is} */
    Path path() {
        return path;
    }

    /**
     * Reads the key, or makes it.
     *
     * @param needed whether there are secrets already, so that a missing key is a loss
     * @return its bytes
     * @throws RegistryException when there is no usable key
     */
    byte[] key(boolean needed) {
        byte[] key = known;
        if (key != null) {
            return key;
        }
        try {
            if (!Files.exists(path)) {
                if (needed) {
                    throw new RegistryException(path + " is missing, and the secrets of this instance are encrypted"
                            + " with it: restore it from the backup of this directory");
                }
                make();
            }
            directory.tightenFile(path);
            key = Files.readAllBytes(path);
        } catch (IOException e) {
            throw new RegistryException(path + " cannot be used: " + FullDisk.words(e, path), e);
        }
        if (key.length != BYTES) {
            throw new RegistryException(path + " has " + key.length + " bytes: expected " + BYTES
                    + ". Restore it from the backup of this directory");
        }
        known = key;
        return key;
    }

    private void make() throws IOException {
        byte[] made = new byte[BYTES];
        random.nextBytes(made);
        Path unfinished = directory.file(NAME + ".new");
        Files.deleteIfExists(unfinished);
        directory.makeFile(unfinished);
        try (Disk.OpenFile file = disk.open(unfinished)) {
            file.write(ByteBuffer.wrap(made), 0);
            file.force();
        }
        Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
        directory.sync();
    }
}
