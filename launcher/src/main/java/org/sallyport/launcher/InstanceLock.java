// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One process at a time uses a directory. The kernel holds the lock and gives it back however the process ends; the file
 * tells who has it.
 */
final class InstanceLock {
    private final FileChannel channel;

    private InstanceLock(FileChannel channel) {
        this.channel = channel;
    }

    static Path file(Instance instance) {
        return instance.run().resolve("lock");
    }

    /**
     * Takes the lock, for as long as this process lives.
     *
     * @throws Refusal if another process has it; the message names its PID
     */
    static InstanceLock take(Instance instance) throws IOException {
        Path file = file(instance);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            long holder = holder(instance);
            channel.close();
            throw new Refusal(
                    Sallyport.IN_USE,
                    instance.base() + " is in use" + (holder > 0 ? " by process " + holder : "")
                            + ". Stop that one first, or name another directory with --base DIR");
        }
        channel.truncate(0);
        byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(US_ASCII);
        channel.write(ByteBuffer.wrap(pid), 0);
        return new InstanceLock(channel);
    }

    /** {@return the PID in the lock's file; 0 if there is none. Whether it still runs is another question} */
    static long holder(Instance instance) {
        try {
            String text = Files.readString(file(instance), US_ASCII).strip();
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** Gives the lock back at an orderly end. */
    void release() {
        try {
            channel.truncate(0);
            channel.close();
        } catch (IOException e) {
            // the kernel gives it back in a moment anyway
        }
    }
}
