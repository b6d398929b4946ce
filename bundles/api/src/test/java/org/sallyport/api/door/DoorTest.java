// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
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
        DoorHello hello = new DoorHello(DoorHello.Mode.RUN, "/srv/ü", 120, 40, "xterm-256color", "gateway:list");

        assertThat(hello(hello.frame(FILE.secret()).payload())).isEqualTo(hello);
    }

    @Test
    void furtherFieldsOfALaterVersionArePassedOver() throws IOException {
        DoorHello hello = new DoorHello(DoorHello.Mode.SHELL, "/", 0, 0, "", "");
        ByteArrayOutputStream longer = new ByteArrayOutputStream();
        longer.writeBytes(hello.frame(FILE.secret()).payload());
        longer.writeBytes(new byte[] {0, 0, 0, 1, 'x'});

        assertThat(hello(longer.toByteArray())).isEqualTo(hello);
    }

    @Test
    void anotherSecretIsNoHelloWhateverItsLength() throws IOException {
        DoorHello hello = new DoorHello(DoorHello.Mode.RUN, "/", 0, 0, "", "gateway:list");

        assertThat(hello(hello.frame("f".repeat(64)).payload())).isNull();
        assertThat(hello(hello.frame("").payload())).isNull();
        assertThatThrownBy(() -> hello(hello.frame("f".repeat(65)).payload())).isInstanceOf(ProtocolException.class);
    }

    @Test
    void framesAreReadAsWrittenUntilTheStreamEnds() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DoorFrame.of(DoorFrame.OUT, new byte[] {1, 2, 3, 4}, 1, 2).write(out);
        DoorFrame.size(300, 70_000).write(out);
        DoorFrame.exit(5).write(out);

        DataInputStream in = new DataInputStream(new ByteArrayInputStream(out.toByteArray()));
        assertThat(DoorFrame.read(in).payload()).containsExactly(2, 3);
        DoorFrame size = DoorFrame.read(in);
        assertThat(size.number(0)).isEqualTo(300);
        assertThat(size.number(1)).isEqualTo(65_535);
        assertThatThrownBy(() -> size.number(2)).isInstanceOf(ProtocolException.class);
        assertThat(DoorFrame.read(in).exitCode()).isEqualTo(5);
        assertThatThrownBy(() -> DoorFrame.read(in)).isInstanceOf(EOFException.class);
    }

    @Test
    void whatIsNoFrameIsRefusedBeforeItIsBuffered() {
        assertThatThrownBy(() -> frame(0x7f, 0xff, 0xff, 0xff, 0)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> frame(0xff, 0xff, 0xff, 0xff, 0)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> frame(0, 0, 0, 0, 0)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> frame('G', 'E', 'T', ' ', '/')).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> frame(0, 0, 0, 5, 1)).isInstanceOf(EOFException.class);
    }

    @Test
    void whatIsNoHelloIsRefused() throws IOException {
        DoorHello hello = new DoorHello(DoorHello.Mode.RUN, "/", 0, 0, "", "");
        byte[] good = hello.frame(FILE.secret()).payload();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> hello(cut)).isInstanceOf(IOException.class);
        }
        good[5] = '!';
        assertThatThrownBy(() -> hello(good)).hasMessageContaining("expected sallyport-door/1");
    }

    private static DoorHello hello(byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new DoorFrame(DoorFrame.HELLO, payload).write(out);
        return DoorHello.read(new DataInputStream(new ByteArrayInputStream(out.toByteArray())), FILE.secret());
    }

    private static void frame(int... bytes) throws IOException {
        byte[] raw = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            raw[i] = (byte) bytes[i];
        }
        DoorFrame.read(new DataInputStream(new ByteArrayInputStream(raw)));
    }
}
