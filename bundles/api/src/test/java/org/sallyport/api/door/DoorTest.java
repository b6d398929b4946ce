// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoorTest {
    private static final DoorFile FILE = new DoorFile(43_211, 77, "server", "0123456789abcdef".repeat(4));

    @TempDir
    Path directory;

    @Test
    void theFileIsReadAsWrittenAndTheOwnersAlone() throws IOException {
        FILE.write(directory);

        assertThat(DoorFile.read(directory)).isEqualTo(FILE);
        Path file = directory.resolve("door");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(file.getParent())
                .isDirectoryNotContaining(path -> path.toString().endsWith(".new"));
        assertThat(FILE).asString().doesNotContain(FILE.secret());
    }

    @Test
    void aFileOfAnotherContainerIsNotRemoved() throws IOException {
        DoorFile later = new DoorFile(43_212, 78, "server", "fedcba9876543210".repeat(4));
        later.write(directory);

        FILE.remove(directory);
        assertThat(DoorFile.read(directory)).isEqualTo(later);

        later.remove(directory);
        later.remove(directory);
        assertThatThrownBy(() -> DoorFile.read(directory)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aDamagedFileIsSaidToBeOne() throws IOException {
        Files.writeString(directory.resolve("door"), "port=x\n");
        assertThatThrownBy(() -> DoorFile.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        Files.writeString(directory.resolve("door"), "x".repeat(5000));
        assertThatThrownBy(() -> DoorFile.read(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("too long");
    }

    @Test
    void aHelloIsReadAsWritten() throws IOException {
        DoorHello hello = new DoorHello(FILE.secret(), DoorHello.Mode.SHELL, "/srv/ü", "xterm-256color", 120, 40);

        assertThat(DoorHello.of(hello.frame())).isEqualTo(hello);
        assertThat(hello).asString().doesNotContain(FILE.secret());
    }

    @Test
    void framesAreReadAsWrittenUntilTheStreamEnds() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        DoorFrame.of(DoorFrame.Type.OUT, new byte[] {1, 2, 3, 4}, 1, 2).write(out);
        DoorFrame.of(DoorFrame.Type.EXIT, 5).write(out);

        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        assertThat(DoorFrame.read(in, 10).payload()).containsExactly(2, 3);
        assertThat(DoorFrame.read(in, 10).number(0)).isEqualTo(5);
        assertThat(DoorFrame.read(in, 10)).isNull();
    }

    @Test
    void whatIsNoFrameIsRefusedBeforeItIsBuffered() {
        assertThatThrownBy(() -> read('H', 0x7f, 0xff, 0xff, 0xff)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> read('H', 0xff, 0xff, 0xff, 0xff)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> read('G', 'E', 'T', ' ', '/')).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> read('H', 0, 0, 0, 5, 1)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> DoorFrame.of(DoorFrame.Type.EXIT).number(0)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void whatIsNoHelloIsRefused() {
        byte[] good = new DoorHello(FILE.secret(), DoorHello.Mode.RUN, "/", "", 0, 0)
                .frame()
                .payload();
        for (int length = 0; length < good.length; length++) {
            DoorFrame cut = DoorFrame.of(DoorFrame.Type.HELLO, good, 0, length);
            assertThatThrownBy(() -> DoorHello.of(cut)).isInstanceOf(IOException.class);
        }
        good[0] = 9;
        assertThatThrownBy(() -> DoorHello.of(new DoorFrame(DoorFrame.Type.HELLO, good)))
                .hasMessageContaining("version 9");
        assertThatThrownBy(() -> DoorHello.of(new DoorFrame(DoorFrame.Type.INPUT, good)))
                .hasMessageContaining("INPUT");
    }

    private static void read(int... bytes) throws IOException {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        DoorFrame.read(new DataInputStream(new ByteArrayInputStream(raw)), 100);
    }
}
