// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
    @TempDir
    Path directory;

    @Test
    void aFullDiskIsToldWithTheFileAndWhatToDo() {
        assertThat(FullDisk.words(new IOException("No space left on device"), directory.resolve("x")))
                .isEqualTo("the disk is full, " + directory.resolve("x") + " cannot be written. Make room there (df -h"
                        + " and df -i show what is used), or have its quota raised");
        assertThat(FullDisk.words(new FileSystemException("/a/b", null, "Disk quota exceeded"), directory))
                .startsWith("the disk is full, /a/b cannot be written");
    }

    @Test
    void itIsFoundBelowOtherFailures() {
        Throwable failure = new IllegalStateException(
                "bundle", new RuntimeException(new IOException("write: No space left on device")));

        assertThat(FullDisk.tell(failure, directory)).startsWith("the disk is full, " + directory + " cannot");
    }

    @Test
    void anotherFailureKeepsItsWords() {
        assertThat(FullDisk.words(new IOException("Input/output error"), directory))
                .isEqualTo("Input/output error");
        assertThat(FullDisk.tell(new IllegalStateException("x"), directory)).isNull();
    }
}
