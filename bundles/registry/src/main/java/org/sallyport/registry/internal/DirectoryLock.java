// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sallyport.api.registry.RegistryException;

/** Keeps a second user out of a state directory, also one in this process. The operating system lifts it when a process ends. */
final class DirectoryLock implements Closeable {
    static final String NAME = "registry.lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param directory what is locked
     * @return the lock
     * @throws RegistryException when somebody has it; the message says who
     */
    static DirectoryLock take(StateDirectory directory) throws IOException {
        Path path = directory.file(NAME);
        if (!Files.exists(path)) {
            directory.makeFile(path);
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            if (channel.tryLock() == null) {
                throw inUse(
                        directory,
                        "process "
                                + Files.readString(path, StandardCharsets.US_ASCII)
                                        .strip());
            }
            writeOwner(channel, path);
            taken = true;
            return new DirectoryLock(channel);
        } catch (OverlappingFileLockException e) {
            throw inUse(directory, "this process, by another instance of the registry");
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static void writeOwner(FileChannel channel, Path path) throws IOException {
        byte[] owner = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(owner));
        } catch (IOException e) {
            throw (IOException) new FileSystemException(path.toString(), null, e.getMessage()).initCause(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static RegistryException inUse(StateDirectory directory, String by) {
        return new RegistryException(directory.path() + " is in use by " + by
                + ": expected one user a directory. End that one, or give this instance another directory");
    }
}
