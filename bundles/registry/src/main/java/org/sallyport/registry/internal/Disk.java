// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens files that are written at given places. Apart from the journal, so that tests can put faults between. */
@FunctionalInterface
interface Disk {
    /** Files of the default file system. */
    Disk REAL = path -> {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new OpenFile() {
            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                return channel.read(target, position);
            }

            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                long at = position;
                while (source.hasRemaining()) {
                    at += channel.write(source, at);
                }
            }

            @Override
            public void truncate(long size) throws IOException {
                channel.truncate(size);
            }

            @Override
            public void force() throws IOException {
                channel.force(true);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    };

    /** Opens a file that is there, to read and write. */
    OpenFile open(Path path) throws IOException;

    /** Returns when the names that were given in a directory are on the disk. */
    default void forceNames(StateDirectory directory) throws IOException {
        directory.sync();
    }

    /** A file that is open. */
    interface OpenFile extends Closeable {
        long size() throws IOException;

        /** Reads some bytes; -1 at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes all bytes. */
        void write(ByteBuffer source, long position) throws IOException;

        void truncate(long size) throws IOException;

        /** Returns when all that was written is on the disk. */
        void force() throws IOException;
    }
}
