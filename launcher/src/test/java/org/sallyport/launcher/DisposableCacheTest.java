// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisposableCacheTest {
    @TempDir
    private Path temp;

    private Path folder;

    @BeforeEach
    void something_is_in_the_cache() throws IOException {
        folder = temp.resolve("cache");
        Files.createDirectories(folder.resolve("bundle1/data"));
        Files.writeString(folder.resolve("bundle1/data/old"), "old");
    }

    @Test
    void what_another_distribution_left_is_thrown_away() throws IOException {
        new DisposableCache(folder, "one").begin();
        new DisposableCache(folder, "one").ready();
        Files.writeString(folder.resolve("of one"), "");

        new DisposableCache(folder, "two").begin();

        assertThat(folder.resolve("of one")).doesNotExist();
        assertThat(folder.resolve("bundle1")).doesNotExist();
    }

    @Test
    void what_a_start_left_that_never_became_ready_is_thrown_away() throws IOException {
        new DisposableCache(folder, "one").begin();
        Files.writeString(folder.resolve("half"), "");

        new DisposableCache(folder, "one").begin();

        assertThat(folder.resolve("half")).doesNotExist();
    }

    @Test
    void what_a_good_start_of_this_distribution_left_is_used_again() throws IOException {
        DisposableCache cache = new DisposableCache(folder, "one");
        cache.begin();
        cache.ready();
        Files.writeString(folder.resolve("good"), "");

        new DisposableCache(folder, "one").begin();

        assertThat(folder.resolve("good")).exists();
    }

    @Test
    void a_snapshot_that_changed_nothing_but_bytes_is_another_distribution() throws IOException {
        Path home = temp.resolve("home");
        Path ours = home.resolve("system/org/sallyport/x/x.jar");
        Files.createDirectories(ours.getParent());
        Files.createDirectories(home.resolve("lib/platform"));
        Path features = Files.writeString(temp.resolve("features.cfg"), "featuresBoot = a");

        Files.writeString(ours, "one");
        String before = DisposableCache.identity(home, features);
        assertThat(DisposableCache.identity(home, features)).isEqualTo(before);
        Files.writeString(ours, "two");

        assertThat(DisposableCache.identity(home, features)).isNotEqualTo(before);
    }
}
