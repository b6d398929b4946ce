// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.FullDisk;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.registry.internal.Disk.OpenFile;
import org.sallyport.registry.internal.JournalForm.Head;
import org.sallyport.registry.internal.JournalForm.Line;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one file of the store: a journal, to which each commit appends one line; see {@link JournalForm}. For one thread.
 *
 * <h2>Durable</h2>
 * {@link #commit} returns when its line is in the file and the file was forced to the disk. Nothing that was written is ever
 * written over, but the mark in the head, which fits in one sector. So when a process or a machine ends at any moment, at
 * most the last line is not whole, and that one was never acknowledged: it is dropped when the file is opened.
 *
 * <h2>Failures</h2>
 * When a commit fails, the file is cut back to where it was and closed; the next use opens it again, cuts it back if that
 * could not be done before, and goes on. A change that was reported as failed can be found later only if the process ends
 * while the disk refuses to cut.
 *
 * <h2>Damage</h2>
 * A journal that was closed says how long it is. One that is shorter, or has a line that is not whole before its last, is
 * refused and left as it is.
 *
 * <h2>Size</h2>
 * When most of it is outdated, the journal is written anew under another name, which then replaces it.
 */
final class Journal {
    static final String NAME = "registry.journal";

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int READ_BYTES = 1 << 16;

    /** A journal this small is not worth writing anew. */
    private static final long SMALL_BYTES = 1 << 20;

    private static final int GROWTH = 4;

    private final StateDirectory directory;
    private final Path path;
    private final Schema schema;
    private final Disk disk;
    private final long small;

    private @Nullable DirectoryLock lock;
    private @Nullable OpenFile file;
    private boolean marked;
    private long compactAt;

    /** No use in writing the journal anew before it is this long: that failed. */
    private long patience;

    /** What is acknowledged; null before the file was read. */
    private @Nullable End end;

    /**
     * Where the next line goes.
     *
     * @param length the length of all whole lines
     * @param checksum that of the last one
     */
    private record End(long length, int checksum) {}

    Journal(StateDirectory directory, Schema schema) {
        this(directory, schema, Disk.REAL, SMALL_BYTES);
    }

    /**
     * For tests.
     *
     * @param disk opens the journal
     * @param small a journal up to this length is never written anew
     */
    Journal(StateDirectory directory, Schema schema, Disk disk, long small) {
        this.directory = directory;
        this.path = directory.file(NAME);
        this.schema = schema;
        this.disk = disk;
        this.small = small;
    }

    /** {@return where the file is} */
    Path path() {
        return path;
    }

    /** {@return what opens it} */
    Disk disk() {
        return disk;
    }

    /**
     * Opens the file, makes it at first use, and reads all of it.
     *
     * @return what it holds
     * @throws RegistryException when that cannot be done; the message names the file
     */
    Tables open() {
        abandon();
        try {
            directory.make();
            if (lock == null) {
                lock = DirectoryLock.take(directory);
            }
            if (!Files.exists(path)) {
                if (end != null) {
                    throw new RegistryException(path + " is gone: restore the directory from a backup");
                }
                replace(List.of());
            }
            directory.tightenFile(path);
            Tables tables = read();
            // a replacement's name may not be durable yet, if that failed
            disk.forceNames(directory);
            return tables;
        } catch (IOException | IllegalArgumentException e) {
            abandon();
            throw new RegistryException(path + " cannot be opened: " + words(e), e);
        } catch (RuntimeException e) {
            abandon();
            throw e;
        }
    }

    /**
     * Writes all or nothing, durably.
     *
     * @param writes what changes; none: only whether the disk takes it is tried
     * @throws RegistryException when it is not known to be durable; nothing has changed then
     */
    void commit(List<Write> writes) {
        if (file == null) {
            open();
        }
        OpenFile to = requireOpen(file);
        End before = requireOpen(end);
        Line line = JournalForm.line(before.checksum(), writes);
        long length = before.length() + line.bytes().remaining();
        try {
            mark(to, JournalForm.NOT_CLOSED);
            to.write(line.bytes(), before.length());
            to.force();
        } catch (IOException e) {
            cut(to, before.length());
            abandon();
            throw new RegistryException(path + " cannot be written: " + FullDisk.words(e, path), e);
        }
        end = new End(length, line.checksum());
        if (length > Math.max(compactAt, patience)) {
            compact();
        }
    }

    /** Closes the file as it is; a later use opens it again. */
    void abandon() {
        OpenFile closing = file;
        file = null;
        if (closing != null) {
            close(closing);
        }
    }

    /** Closes the file with its mark and lets others have the directory. */
    void close() {
        if (file != null && end != null && marked) {
            try {
                mark(file, end.length());
            } catch (IOException e) {
                // everything acknowledged is on disk already
                LOG.warn("{}: closed without its mark: {}", path, e.getMessage());
            }
        }
        abandon();
        DirectoryLock held = lock;
        lock = null;
        if (held != null) {
            close(held);
        }
    }

    private Tables read() throws IOException {
        OpenFile from = disk.open(path);
        file = from;
        byte[] begin = new byte[JournalForm.HEAD_BYTES];
        int got = from.read(ByteBuffer.wrap(begin), 0);
        Head head = got < begin.length ? null : Head.of(begin);
        if (head == null || head.schema() < 1) {
            throw damaged("it does not begin as one");
        }
        if (head.schema() > schema.number()) {
            throw new RegistryException(path + " has schema " + head.schema()
                    + ", made by a newer version of Sallyport: expected at most " + schema.number()
                    + ". It was left as it is; start the version that made it, or restore a backup of this one");
        }
        if (head.closed() != JournalForm.NOT_CLOSED && head.closed() != from.size()) {
            throw damaged("it has " + from.size() + " bytes, and had " + head.closed() + " when it was closed");
        }
        marked = head.closed() == JournalForm.NOT_CLOSED;
        Tables tables = new Tables();
        end = lines(from, tables, head, end);
        if (end.length() < from.size()) {
            LOG.warn(
                    "{}: dropped {} bytes at its end, which were never acknowledged", path, from.size() - end.length());
            from.truncate(end.length());
            from.force();
        }
        if (head.schema() < schema.number()) {
            migrate(tables, head.schema());
        } else {
            compactAt = Math.max(small, GROWTH * wholeLength(tables));
        }
        return tables;
    }

    private End lines(OpenFile from, Tables tables, Head head, @Nullable End acknowledged) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        End last = new End(JournalForm.HEAD_BYTES, JournalForm.FIRST);
        long size = from.size();
        long at = last.length();
        while (at < size && !last.equals(acknowledged)) {
            buffer.clear();
            if (from.read(buffer, at) < 0) {
                break;
            }
            buffer.flip();
            while (buffer.hasRemaining() && !last.equals(acknowledged)) {
                byte next = buffer.get();
                at++;
                if (next != '\n') {
                    line.write(next);
                    continue;
                }
                byte[] text = line.toByteArray();
                line.reset();
                Integer checksum = JournalForm.checked(last.checksum(), text);
                if (checksum == null) {
                    if (at < size) {
                        throw damaged("the line at byte " + last.length() + " was changed");
                    }
                    break;
                }
                tables.apply(JournalForm.writes(text));
                last = new End(at, checksum);
            }
        }
        if (head.closed() != JournalForm.NOT_CLOSED && last.length() != size) {
            throw damaged("its last line was changed");
        }
        if (acknowledged != null && !last.equals(acknowledged)) {
            throw damaged("it was changed while it was in use");
        }
        return last;
    }

    private void migrate(Tables tables, int from) throws IOException {
        for (int number = from; number < schema.number(); number++) {
            tables.apply(schema.migrations().get(number - 1).writes(tables));
        }
        replace(tables.writes());
        LOG.info("{}: migrated from schema {} to {}", path, from, schema.number());
    }

    private void compact() {
        long before = requireOpen(end).length();
        try {
            // read from the file, so that nothing has to be kept in memory for this
            Tables tables = open();
            replace(tables.writes());
            patience = 0;
            LOG.debug(
                    "{}: written anew, {} bytes instead of {}",
                    path,
                    requireOpen(end).length(),
                    before);
        } catch (IOException | RegistryException e) {
            // the journal is whole; it is only longer than it need be
            LOG.warn("{}: could not be written anew, tried again when it has doubled: {}", path, e.getMessage());
            // which of the two files a power loss would leave is not known: opening makes the name durable first
            abandon();
            patience = 2 * before;
        }
    }

    /** Writes a journal under another name first: one of the right name is whole, whenever this process ends. */
    private void replace(List<Write> writes) throws IOException {
        Path unfinished = directory.file(NAME + ".new");
        Files.deleteIfExists(unfinished);
        directory.makeFile(unfinished);
        Line line = JournalForm.line(JournalForm.FIRST, writes);
        long length = (long) JournalForm.HEAD_BYTES + line.bytes().remaining();
        OpenFile made = disk.open(unfinished);
        boolean done = false;
        try {
            made.write(ByteBuffer.wrap(new Head(schema.number(), JournalForm.NOT_CLOSED).bytes()), 0);
            made.write(line.bytes(), JournalForm.HEAD_BYTES);
            made.force();
            Files.move(unfinished, path, StandardCopyOption.ATOMIC_MOVE);
            done = true;
        } finally {
            if (!done) {
                close(made);
            }
        }
        abandon();
        file = made;
        marked = true;
        end = new End(length, line.checksum());
        compactAt = Math.max(small, GROWTH * length);
        disk.forceNames(directory);
    }

    /** {@return how long a journal is that holds these tables and nothing outdated} */
    private long wholeLength(Tables tables) throws IOException {
        return requireOpen(file).size() <= small
                ? 0
                : JournalForm.line(JournalForm.FIRST, tables.writes()).bytes().remaining();
    }

    /** Says in the head whether the journal is closed, unless it says so already. */
    private void mark(OpenFile to, long closed) throws IOException {
        if (marked != (closed == JournalForm.NOT_CLOSED)) {
            to.write(ByteBuffer.wrap(new Head(schema.number(), closed).bytes()), 0);
            to.force();
            marked = closed == JournalForm.NOT_CLOSED;
        }
    }

    private void cut(OpenFile from, long length) {
        try {
            from.truncate(length);
            from.force();
        } catch (IOException e) {
            LOG.debug("{}: could not be cut back to {} bytes yet", path, length, e);
        }
    }

    private void close(Closeable closing) {
        try {
            closing.close();
        } catch (IOException e) {
            LOG.warn("{}: could not be closed: {}", path, e.getMessage());
        }
    }

    private String words(Exception failure) {
        return failure instanceof IOException e ? FullDisk.words(e, path) : String.valueOf(failure.getMessage());
    }

    private RegistryException damaged(String how) {
        return new RegistryException(path + " is damaged or no journal of Sallyport: " + how
                + ". It was left as it is; restore the directory from a backup, or move the file away to begin with an"
                + " empty registry");
    }

    private static <T> T requireOpen(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the journal is not open");
        }
        return part;
    }
}
