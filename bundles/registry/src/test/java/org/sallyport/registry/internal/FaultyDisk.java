// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A disk that remembers what was written to it and fails on request. */
final class FaultyDisk implements Disk {
    static final String NO_SPACE = "No space left on device";

    private final List<Operation> recorded = new ArrayList<>();
    private int left = Integer.MAX_VALUE;
    private Fault fault = Fault.BEFORE;
    private int namesLeft = Integer.MAX_VALUE;

    /** How an operation fails. */
    enum Fault {
        /** Nothing is done. */
        BEFORE,
        /** A write is done in half. */
        HALF,
        /** All is done, and reported as failed. */
        AFTER
    }

    /** What reached the disk, in its order. */
    sealed interface Operation {
        record Written(long position, ByteBuffer bytes) implements Operation {}

        record Truncated(long size) implements Operation {}

        record Forced() implements Operation {}

        record Acknowledged(long revision) implements Operation {}
    }

    /** Fails the {@code number}th operation, counted from 1 from now on, and all after it. */
    synchronized void failFrom(int number, Fault how) {
        fault = how;
        left = number - 1;
    }

    /** Fails to make names durable, from the {@code number}th time on, counted from 1 from now on; all else works. */
    synchronized void failNamesFrom(int number) {
        namesLeft = number - 1;
    }

    synchronized void repair() {
        left = Integer.MAX_VALUE;
        namesLeft = Integer.MAX_VALUE;
    }

    synchronized List<Operation> recorded() {
        return List.copyOf(recorded);
    }

    synchronized void note(Operation operation) {
        recorded.add(operation);
    }

    @Override
    public synchronized void forceNames(StateDirectory directory) throws IOException {
        if (namesLeft == 0) {
            throw new IOException(NO_SPACE);
        }
        namesLeft--;
        directory.sync();
    }

    @Override
    public OpenFile open(Path path) throws IOException {
        OpenFile real = Disk.REAL.open(path);
        return new OpenFile() {
            @Override
            public long size() throws IOException {
                return real.size();
            }

            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                return real.read(target, position);
            }

            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                boolean fails = fails();
                if (!fails || fault == Fault.AFTER) {
                    ByteBuffer bytes = ByteBuffer.allocate(source.remaining());
                    bytes.put(source.duplicate()).flip();
                    note(new Operation.Written(position, bytes));
                    real.write(source, position);
                } else if (fault == Fault.HALF) {
                    real.write(source.slice(source.position(), source.remaining() / 2), position);
                }
                fail(fails);
            }

            @Override
            public void truncate(long size) throws IOException {
                boolean fails = fails();
                if (!fails || fault == Fault.AFTER) {
                    note(new Operation.Truncated(size));
                    real.truncate(size);
                }
                fail(fails);
            }

            @Override
            public void force() throws IOException {
                boolean fails = fails();
                if (!fails || fault == Fault.AFTER) {
                    real.force();
                    note(new Operation.Forced());
                }
                fail(fails);
            }

            @Override
            public void close() throws IOException {
                real.close();
            }
        };
    }

    private synchronized boolean fails() {
        if (left == Integer.MAX_VALUE) {
            return false;
        }
        left = Math.max(-1, left - 1);
        return left < 0;
    }

    private static void fail(boolean fails) throws IOException {
        if (fails) {
            throw new IOException(NO_SPACE);
        }
    }
}
