// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.registry.internal.Write.Name;
import org.sallyport.registry.internal.Write.Table;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one file of the store: tables of values that change together, durably. For one thread.
 *
 * <h2>Durable</h2>
 * {@link #commit} returns when its writes are in the file and the file was forced to the disk. The file is written as a log:
 * what was there before a commit is not touched by it, so that a process that ends at any byte leaves the last commit.
 *
 * <h2>Failures</h2>
 * When a commit fails, the file is closed at once, and the next use opens it again. Whether the disk kept the failed writes
 * is not known then (a failed force tells nothing), so the values from before are written again before anything else is.
 * Only a process that is killed between the two could find writes that were reported as failed.
 *
 * <h2>Damage</h2>
 * Each value carries a checksum of itself and its name. A file that cannot be read whole is refused and left as it is.
 */
final class StoreFile {
    static final String NAME = "registry.mv";
    static final String LOCK = "registry.lock";

    private static final Logger LOG = LoggerFactory.getLogger(StoreFile.class);
    private static final Name SCHEMA = new Name(Table.META, "schema");
    private static final String HEADER_VERSION = "version";
    private static final int CACHE_MEGABYTES = 2;
    private static final int CHECKSUM_BYTES = 4;

    private final StateDirectory directory;
    private final Path file;
    private final Schema schema;
    private final UnaryOperator<String> location;

    private @Nullable FileChannel lock;
    private @Nullable Opened opened;
    private List<Write> doubtful = List.of();

    /** What a store file holds. */
    interface Content {
        /** {@return a value, or null when there is none} */
        byte @Nullable [] get(Name name);

        /** {@return all values of a table by key} */
        Map<String, byte[]> all(Table table);
    }

    StoreFile(StateDirectory directory, Schema schema) {
        this(directory, schema, path -> path);
    }

    /**
     * For tests.
     *
     * @param location makes of a path the name by which H2 opens it, so that faults can be put between
     */
    StoreFile(StateDirectory directory, Schema schema, UnaryOperator<String> location) {
        this.directory = directory;
        this.file = directory.file(NAME);
        this.schema = schema;
        this.location = location;
    }

    /** {@return where the file is} */
    Path path() {
        return file;
    }

    /**
     * Opens the file, makes it at first use, and puts back what a failed commit may have left.
     *
     * @return what it holds, up to the next commit
     * @throws RegistryException when that cannot be done; the message names the file
     */
    Content open() {
        return opening();
    }

    /**
     * Writes all or nothing, durably.
     *
     * @param writes what changes
     * @throws RegistryException when it is not known to be durable; nothing has changed then
     */
    void commit(List<Write> writes) {
        Opened target = opening();
        List<Write> undo = new ArrayList<>(writes.size());
        try {
            for (Write write : writes) {
                undo.add(new Write(write.name(), target.get(write.name())));
            }
            target.commit(writes);
        } catch (RuntimeException | Error e) {
            doubtful = undo;
            drop(target);
            throw failure("cannot be written", e);
        }
    }

    /** Writes something that changes nothing, to see whether the disk takes writes. */
    void probe() {
        byte[] schemaValue = opening().get(SCHEMA);
        commit(List.of(new Write(SCHEMA, schemaValue)));
    }

    /** Closes the file and lets other processes have it; a later use opens it again. */
    void close() {
        Opened closing = opened;
        opened = null;
        if (closing != null) {
            try {
                closing.store.close();
            } catch (RuntimeException e) {
                // everything acknowledged is on disk already; only the mark of a clean end is missing
                LOG.warn("{}: closed without its final mark: {}", file, reason(e));
                closing.store.closeImmediately();
            }
        }
        unlock();
    }

    private Opened opening() {
        Opened now = opened;
        if (now != null) {
            return now;
        }
        Opened made = null;
        try {
            directory.make();
            lock();
            if (!Files.exists(file)) {
                create();
            }
            directory.tightenFile(file);
            made = openStore();
            migrate(made);
            if (!doubtful.isEmpty()) {
                made.commit(doubtful);
                doubtful = List.of();
            }
        } catch (RegistryException e) {
            drop(made);
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            drop(made);
            throw failure("cannot be opened", e);
        }
        opened = made;
        return made;
    }

    private void lock() throws IOException {
        if (lock != null) {
            return;
        }
        Path path = directory.file(LOCK);
        if (!Files.exists(path)) {
            directory.makeFile(path);
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held == null) {
                throw inUse("process "
                        + Files.readString(path, StandardCharsets.US_ASCII).strip());
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            lock = channel;
        } catch (OverlappingFileLockException e) {
            throw inUse("this process, by another instance of the registry");
        } finally {
            if (lock != channel) {
                channel.close();
            }
        }
    }

    private void unlock() {
        FileChannel held = lock;
        lock = null;
        if (held != null) {
            try {
                held.close();
            } catch (IOException e) {
                LOG.warn("{}: the lock file could not be closed", file, e);
            }
        }
    }

    /** Makes the file under another name first: a file of the right name is whole, whenever this process ends. */
    private void create() throws IOException {
        Path unfinished = directory.file(NAME + ".new");
        Files.deleteIfExists(unfinished);
        directory.makeFile(unfinished);
        Opened made = new Opened(store(unfinished));
        try {
            made.commit(List.of(number(schema.number())));
            made.store.close();
        } finally {
            drop(made);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        directory.sync();
    }

    private Opened openStore() throws IOException {
        if (Files.size(file) == 0) {
            // H2 would make a new store of it
            throw damaged("it is empty", null);
        }
        MVStore store = store(file);
        try {
            long marked = DataUtils.readHexLong(store.getStoreHeader(), HEADER_VERSION, 0);
            if (store.getCurrentVersion() < marked) {
                throw damaged("its end is missing", null);
            }
            return new Opened(store);
        } catch (RuntimeException e) {
            store.closeImmediately();
            throw e;
        }
    }

    private MVStore store(Path path) {
        return new MVStore.Builder()
                .fileName(location.apply(path.toString()))
                .autoCommitDisabled()
                .cacheSize(CACHE_MEGABYTES)
                .open();
    }

    private void migrate(Opened target) {
        byte[] stored = target.get(SCHEMA);
        if (stored == null) {
            throw damaged("it has no schema number", null);
        }
        int number = Integer.parseInt(new String(stored, StandardCharsets.US_ASCII));
        if (number > schema.number()) {
            throw new RegistryException(file + " has schema " + number + ", made by a newer version of Sallyport:"
                    + " expected at most " + schema.number()
                    + ". It was left as it is; start the version that made it, or restore a backup of this one");
        }
        while (number < schema.number()) {
            List<Write> writes = new ArrayList<>(schema.steps().get(number - 1).writes(target));
            number++;
            writes.add(number(number));
            target.commit(writes);
            LOG.info("{}: migrated to schema {}", file, number);
        }
    }

    private static Write number(int schema) {
        return new Write(SCHEMA, Integer.toString(schema).getBytes(StandardCharsets.US_ASCII));
    }

    private void drop(@Nullable Opened failed) {
        opened = null;
        if (failed != null) {
            failed.store.closeImmediately();
        }
    }

    private RegistryException failure(String what, Throwable e) {
        if (e instanceof MVStoreException store) {
            int code = store.getErrorCode();
            if (code == DataUtils.ERROR_FILE_LOCKED) {
                return inUse("another process");
            }
            if (code != DataUtils.ERROR_READING_FAILED && code != DataUtils.ERROR_WRITING_FAILED && opened == null) {
                return damaged(reason(e), e);
            }
        }
        return new RegistryException(file + " " + what + ": " + reason(e), e);
    }

    private RegistryException inUse(String by) {
        return new RegistryException(file + " is in use by " + by
                + ": expected one process a directory. End that process, or give this one another directory");
    }

    private RegistryException damaged(String how, @Nullable Throwable cause) {
        String message = file + " is damaged or no store of Sallyport: " + how
                + ". It was left as it is; restore the directory from a backup, or move the file away to begin with an"
                + " empty registry";
        return cause == null ? new RegistryException(message) : new RegistryException(message, cause);
    }

    /** {@return what an exception says, that of its innermost cause, which is the operating system's} */
    private static String reason(Throwable e) {
        Throwable innermost = e;
        while (innermost.getCause() != null && innermost.getCause() != innermost) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        return message == null
                ? innermost.toString()
                : message.lines().findFirst().orElse(message);
    }

    /** The tables of an open file. */
    private final class Opened implements Content {
        private final MVStore store;
        private final Map<Table, MVMap<String, byte[]>> tables = new EnumMap<>(Table.class);

        Opened(MVStore store) {
            this.store = store;
            MVMap.Builder<String, byte[]> form = new MVMap.Builder<String, byte[]>()
                    .keyType(StringDataType.INSTANCE)
                    .valueType(ByteArrayDataType.INSTANCE);
            for (Table table : Table.values()) {
                tables.put(table, store.openMap(table.stored(), form));
            }
        }

        @Override
        public byte @Nullable [] get(Name name) {
            byte[] stored = table(name.table()).get(name.key());
            return stored == null ? null : checked(name, stored);
        }

        @Override
        public Map<String, byte[]> all(Table table) {
            Map<String, byte[]> all = new TreeMap<>();
            table(table).forEach((key, stored) -> all.put(key, checked(new Name(table, key), stored)));
            return all;
        }

        void commit(List<Write> writes) {
            for (Write write : writes) {
                Name name = write.name();
                byte[] value = write.value();
                if (value == null) {
                    table(name.table()).remove(name.key());
                } else {
                    table(name.table()).put(name.key(), sealed(name, value));
                }
            }
            store.commit();
            store.sync();
        }

        private MVMap<String, byte[]> table(Table table) {
            return Objects.requireNonNull(tables.get(table));
        }

        private byte[] sealed(Name name, byte[] value) {
            return ByteBuffer.allocate(CHECKSUM_BYTES + value.length)
                    .putInt(checksum(name, ByteBuffer.wrap(value)))
                    .put(value)
                    .array();
        }

        private byte[] checked(Name name, byte[] stored) {
            ByteBuffer read = ByteBuffer.wrap(stored);
            if (stored.length < CHECKSUM_BYTES || read.getInt() != checksum(name, read.slice())) {
                throw damaged(
                        "the checksum of '" + name.key() + "' in "
                                + name.table().stored() + " is wrong",
                        null);
            }
            byte[] value = new byte[read.remaining()];
            read.get(value);
            return value;
        }

        private static int checksum(Name name, ByteBuffer value) {
            CRC32C sum = new CRC32C();
            sum.update((name.table().stored() + '\n' + name.key() + '\n').getBytes(StandardCharsets.UTF_8));
            sum.update(value);
            return (int) sum.getValue();
        }
    }
}
