// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RoleProcessTest {
    @Test
    void a_full_disk_is_told_with_what_to_do() {
        Exception failure = new IllegalStateException("unable to cache", new IOException("No space left on device"));

        assertThat(RoleProcess.why(failure, Path.of("/base/cache")))
                .startsWith("the disk is full, /base/cache cannot be written. Make room there");
        assertThat(RoleProcess.why(new IllegalStateException("x"), Path.of("/")))
                .isEqualTo("java.lang.IllegalStateException: x");
    }

    @Test
    void a_failed_start_names_the_cause_below_all_others() {
        IOException root = new IOException("No space left on device");
        Exception failure = new RuntimeException("bundle x", new IllegalStateException("unable to cache", root));

        assertThat(RoleProcess.withRoot(failure))
                .isEqualTo("java.lang.RuntimeException: bundle x: java.io.IOException: No space left on device");
        assertThat(RoleProcess.withRoot(root)).isEqualTo("java.io.IOException: No space left on device");
    }
}
