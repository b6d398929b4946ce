// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceTest {
    @TempDir
    private Path temp;

    @Test
    void its_place_is_the_option_else_the_environment_else_the_home_directory() {
        Map<String, String> environment = Map.of("SALLYPORT_BASE", "/env");

        assertThat(Instance.of("/opt/x", "server", environment).base()).isEqualTo(Path.of("/opt/x"));
        assertThat(Instance.of(null, "server", environment).base()).isEqualTo(Path.of("/env"));
        assertThat(Instance.of(null, "server", Map.of()).base())
                .isEqualTo(Path.of(System.getProperty("user.home"), ".sallyport", "server"));
    }

    @Test
    void what_it_makes_is_private_and_what_the_user_edited_stays() throws IOException {
        Path shipped = Files.createDirectory(temp.resolve("shipped"));
        Files.writeString(shipped.resolve("a.cfg"), "as shipped");
        Instance instance = new Instance(temp.resolve("deep/base"));

        instance.prepareForLock();
        instance.prepare(shipped, List.of("a.cfg"));
        Files.writeString(instance.etc().resolve("a.cfg"), "edited");
        instance.prepare(shipped, List.of("a.cfg"));

        assertThat(instance.etc().resolve("a.cfg")).hasContent("edited");
        for (Path folder : List.of(
                instance.base(),
                instance.etc(),
                instance.state(),
                instance.deploy(),
                instance.log(),
                instance.cache(),
                instance.run())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                    .as(folder.toString())
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void state_and_run_become_private_even_when_they_were_not() throws IOException {
        Instance instance = new Instance(temp.resolve("base"));
        Files.createDirectories(instance.state());
        Files.setPosixFilePermissions(instance.state(), PosixFilePermissions.fromString("rwxr-xr-x"));

        instance.prepareForLock();
        instance.prepare(temp, List.of());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(instance.state())))
                .isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "etc", "deploy", "cache"})
    void a_folder_that_others_can_write_to_is_refused(String name) throws IOException {
        Instance instance = new Instance(temp.resolve("base"));
        Path folder = Files.createDirectories(instance.base().resolve(name));
        for (String permissions : List.of("rwxrwxr-x", "rwxr-xrwx")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));

            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> {
                        instance.prepareForLock();
                        instance.prepare(temp, List.of());
                    })
                    .withMessageContainingAll(
                            folder + " can be written by others (" + permissions + ")", "chmod go-w " + folder)
                    .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.USAGE));
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        instance.prepareForLock();
        instance.prepare(temp, List.of());
        assertThat(instance.run()).isEmptyDirectory();
    }

    @Test
    void a_directory_of_another_user_is_refused() throws IOException {
        Instance instance = new Instance(temp.resolve("base"));
        Files.createDirectories(instance.deploy());
        assumeTrue(canGiveAway(instance.deploy()), "only root can give a directory away");
        instance.prepareForLock();

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> instance.prepare(temp, List.of()))
                .withMessageContaining(instance.deploy() + " belongs to " + name(instance.deploy()));
    }

    private static boolean canGiveAway(Path folder) {
        try {
            Files.setAttribute(folder, "unix:uid", 65534);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String name(Path folder) throws IOException {
        return Files.getOwner(folder).getName();
    }

    @Test
    void a_place_that_is_a_file_is_refused() throws IOException {
        Instance instance = new Instance(Files.writeString(temp.resolve("file"), "x"));

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(instance::prepareForLock)
                .withMessageContaining("cannot be used")
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Sallyport.USAGE));
    }

    @Test
    void its_lock_tells_who_has_it_and_forgets_at_an_orderly_end() throws IOException {
        Instance instance = new Instance(temp.resolve("base"));
        instance.prepareForLock();

        InstanceLock lock = InstanceLock.take(instance);
        assertThat(InstanceLock.holder(instance))
                .isEqualTo(ProcessHandle.current().pid());
        lock.release();

        assertThat(InstanceLock.holder(instance)).isZero();
        InstanceLock.take(instance).release();
    }
}
