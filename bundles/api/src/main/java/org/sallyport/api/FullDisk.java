// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a file could not be written, for people; above all that its disk is full, which is theirs to mend. */
public final class FullDisk {
    /** What systems say; Java passes on their words and no number. */
    private static final List<String> WORDS = List.of("No space left on device", "Disk quota exceeded");

    private FullDisk() {}

    /**
     * Tells a failure.
     *
     * @param failure of a file
     * @param place the file, or the directory that was written to, where the failure names none
     * @return what happened; for a full disk with the file, and what to do
     */
    public static String words(IOException failure, Path place) {
        String full = tell(failure, place);
        return full != null ? full : String.valueOf(failure.getMessage());
    }

    /**
     * Looks for a full disk among the causes of a failure.
     *
     * @param failure of anything
     * @param place the file or directory that was written to, where the failure names none
     * @return which file could not be written and what to do; null when it is something else
     */
    public static @Nullable String tell(Throwable failure, Path place) {
        Throwable cause = failure;
        for (int depth = 0; depth < 20 && cause != null; depth++) {
            if (cause instanceof IOException io && isFull(io, place)) {
                String named = io instanceof FileSystemException file ? file.getFile() : null;
                String file = named == null ? place.toString() : named;
                return "the disk is full, " + file + " cannot be written. Make room there (df -h and df -i show what is"
                        + " used), or have its quota raised";
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static boolean isFull(IOException failure, Path place) {
        String text = String.valueOf(failure.getMessage());
        return WORDS.stream().anyMatch(text::contains) || nothingLeft(place);
    }

    /** The system's words may be of another language; what is left of a disk is not. */
    private static boolean nothingLeft(Path place) {
        try {
            Path there = place;
            while (there != null && Files.notExists(there)) {
                there = there.getParent();
            }
            return there != null && Files.getFileStore(there).getUsableSpace() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
