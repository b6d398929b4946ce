// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CeilingFileTest {
    @TempDir
    private Path etc;

    @Test
    void aChangeOfTheFileIsSeenAndItsAbsenceIsNoCeiling() throws Exception {
        Path path = etc.resolve(CeilingFile.NAME);
        CeilingFile file = new CeilingFile(path);
        assertThat(file.read()).isEqualTo(Ceiling.open());

        Files.writeString(path, "allow a:1");
        assertThat(file.read()).isEqualTo(Ceiling.of("allow a:1"));

        Files.writeString(path, "allow b:1");
        Files.setLastModifiedTime(path, FileTime.fromMillis(1));
        file.read();
        assertThat(file.read()).isEqualTo(Ceiling.of("allow b:1"));

        Files.delete(path);
        file.read();
        assertThat(file.read()).isEqualTo(Ceiling.open());
    }

    @Test
    void aFileThatIsRewrittenInPlaceOpensNothingMeanwhile() throws Exception {
        Path path = Files.writeString(etc.resolve(CeilingFile.NAME), "allow a:1");
        CeilingFile file = new CeilingFile(path);
        Ceiling before = file.read();

        Files.writeString(path, "");
        assertThat(file.read()).isEqualTo(before);
        Files.writeString(path, "allow :\n");
        assertThat(file.read()).isEqualTo(before);
        Files.writeString(path, "allow :\ndeny b:1\n");
        assertThat(file.read()).isEqualTo(before);
        assertThat(file.read()).isEqualTo(Ceiling.of("allow :\ndeny b:1"));
    }

    @Test
    void aFileThatIsAwayForOneLookOnlyOpensNothing() throws Exception {
        Path path = Files.writeString(etc.resolve(CeilingFile.NAME), "allow a:1");
        CeilingFile file = new CeilingFile(path);
        Ceiling before = file.read();

        Files.delete(path);
        assertThat(file.read()).isEqualTo(before);
        Files.writeString(path, "allow a:1");
        assertThat(file.read()).isEqualTo(before);
        Files.delete(path);
        assertThat(file.read()).isEqualTo(before);
    }

    @Test
    void anUnchangedFileIsNotReadAgain() throws Exception {
        Path path = Files.writeString(etc.resolve(CeilingFile.NAME), "allow a:1");
        CeilingFile file = new CeilingFile(path);

        assertThat(file.read()).isSameAs(file.read());
    }

    @Test
    void whatIsNoTextOrNoFileDeniesEverythingUntilItIsCorrected() throws Exception {
        Path path = Files.write(etc.resolve(CeilingFile.NAME), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        CeilingFile file = new CeilingFile(path);
        assertThat(file.read()).isInstanceOf(Ceiling.Broken.class);

        Files.delete(path);
        Files.createDirectory(path);
        file.read();
        assertThat(file.read()).isInstanceOf(Ceiling.Broken.class);

        Files.delete(path);
        Files.writeString(path, "allow a:1");
        file.read();
        assertThat(file.read().rules().rules()).hasSize(1);
    }

    @Test
    void anInstanceWithoutEtcHasNoCeiling() {
        assertThat(new CeilingFile(null).read()).isEqualTo(Ceiling.open());
    }
}
