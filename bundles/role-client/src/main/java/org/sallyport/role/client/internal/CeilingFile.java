// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the ceiling, read again when it has changed. Of one thread, which may be kept waiting by a disk.
 *
 * <p>Many a writer empties a file and then fills it. So that a look in between opens nothing, what is closed stays as it is
 * until two looks in turn have seen the same other thing.
 */
final class CeilingFile {
    /** File name in the instance's {@code etc}. */
    static final String NAME = "ceiling.acl";

    private static final Logger LOG = LoggerFactory.getLogger(CeilingFile.class);
    private static final long MAX_BYTES = 4L * 1024 * 1024;

    private final @Nullable Path file;
    private @Nullable Object stamp;
    private Ceiling ceiling = Ceiling.open();
    private @Nullable Seen seen;

    /** What the last look saw, when it was something else than what is in force. */
    private record Seen(Object stamp, Ceiling ceiling) {}

    /** @param file null where the instance has no {@code etc}: then there is no ceiling */
    CeilingFile(@Nullable Path file) {
        this.file = file;
    }

    /** What tells one version of a file from another without reading it; an editor that replaces it makes a new key. */
    private record Stamp(long modifiedNanos, long size, String key) {}

    /** {@return the ceiling as it stands in the file; a changed one when it is seen for the second time} */
    Ceiling read() {
        if (file == null) {
            return Ceiling.open();
        }
        Object now;
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            now = new Stamp(
                    attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                    attributes.size(),
                    String.valueOf(attributes.fileKey()));
        } catch (NoSuchFileException e) {
            now = "absent";
        } catch (IOException e) {
            now = "unreadable";
        }
        if (now.equals(stamp)) {
            seen = null;
            return ceiling;
        }
        Ceiling next = contents(file, now);
        Seen look = new Seen(now, next);
        if (ceiling instanceof Ceiling.Open || next.equals(ceiling) || look.equals(seen)) {
            seen = null;
            // a file that could not be read is tried again each time: rights may change without a trace in the stamp
            stamp = next instanceof Ceiling.Broken ? null : now;
            changed(file, next);
        } else {
            seen = look;
        }
        return ceiling;
    }

    private static Ceiling contents(Path file, Object stamp) {
        if (stamp.equals("absent")) {
            return Ceiling.open();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                return new Ceiling.Broken("longer than " + MAX_BYTES + " bytes");
            }
            return Ceiling.of(Files.readString(file));
        } catch (IOException e) {
            return new Ceiling.Broken("cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private void changed(Path file, Ceiling next) {
        if (next.equals(ceiling)) {
            return;
        }
        if (next instanceof Ceiling.Broken broken) {
            LOG.warn("{}: {}; nothing is dialled from this client until it is corrected", file, broken.problem());
        } else {
            LOG.info("{}: {} rules are in force", file, next.rules().rules().size());
        }
        ceiling = next;
    }
}
