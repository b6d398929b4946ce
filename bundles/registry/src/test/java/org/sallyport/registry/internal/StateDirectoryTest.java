// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void theLauncherSaysWhereItIs() {
        Properties system = new Properties();
        system.setProperty(StateDirectory.STATE, "/instance/state");
        system.setProperty(StateDirectory.KARAF_DATA, "/karaf/data");

        assertThat(StateDirectory.of(system).path()).isEqualTo(Path.of("/instance/state"));
    }

    @Test
    void inAnotherContainerItLiesInTheContainersData() {
        Properties system = new Properties();
        system.setProperty(StateDirectory.KARAF_DATA, "/karaf/data");

        assertThat(StateDirectory.of(system).path()).isEqualTo(Path.of("/karaf/data/sallyport/state"));
    }

    @Test
    void withoutEitherItSaysWhatIsExpected() {
        assertThatThrownBy(() -> StateDirectory.of(new Properties()))
                .hasMessage("no place for durable state: expected the system property sallyport.state (a directory), or"
                        + " Karaf's own karaf.data");
    }

    @Test
    void aDirectoryThatOthersCanEnterIsTightened() throws Exception {
        Path open = Files.createDirectory(
                directory.resolve("open"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));

        new StateDirectory(open).make();

        assertThat(Samples.permissions(open)).isEqualTo("rwx------");
    }

    @Test
    void itIsMadeWithItsParents() throws Exception {
        StateDirectory deep = new StateDirectory(directory.resolve("a/b/state"));

        deep.make();
        deep.make();

        assertThat(Samples.permissions(deep.path())).isEqualTo("rwx------");
    }
}
