// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenFilesTest {
    @TempDir
    private Path directory;

    @Test
    void aTokenIsReadWithoutTheWhiteSpaceAroundIt() throws Exception {
        Path file = Files.writeString(directory.resolve("t"), "\n abc.def.ghi \n");

        assertThat(read("", file.toString())).isEqualTo("abc.def.ghi");
    }

    @Test
    void standardInputGivesItsFirstLineWithoutWaitingForItsEnd() {
        assertThat(read("\n  \nabc\nnot read", "-")).isEqualTo("abc");
        assertThat(read("abc", "-")).isEqualTo("abc");
    }

    @Test
    void whatHoldsNoTokenIsSaidWithItsNameAndWithoutItsContents() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty"), " \n");
        Path noise = Files.write(directory.resolve("noise"), new byte[] {(byte) 0xff, (byte) 0xff});
        Path big = Files.write(directory.resolve("big"), new byte[100_000]);

        assertThatThrownBy(() -> read("", directory + "/nothing")).hasMessageContaining("nothing does not exist");
        assertThatThrownBy(() -> read("", empty.toString())).hasMessageContaining("is empty");
        assertThatThrownBy(() -> read("", noise.toString())).hasMessageContaining("holds no text");
        assertThatThrownBy(() -> read("", big.toString())).hasMessageContaining("longer than");
        assertThatThrownBy(() -> read("", directory.toString())).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> read("", "\0")).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> read("", "-")).hasMessageContaining("is empty");
    }

    @Test
    void theEnvironmentGivesATokenWhereItIsAskedFor() {
        assertThat(read(Map.of("SALLYPORT_TOKEN", " abc.def.ghi\n"), "", "$SALLYPORT_TOKEN"))
                .isEqualTo("abc.def.ghi");
        assertThatThrownBy(() -> read("", "$SALLYPORT_TOKEN")).hasMessageContaining("$SALLYPORT_TOKEN is empty");
    }

    private static String read(String standardInput, String path) {
        return read(Map.of(), standardInput, path);
    }

    private static String read(Map<String, String> environment, String standardInput, String path) {
        TokenFiles files = new TokenFiles(
                new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)), environment, Runnable::run);
        return files.read(path).toCompletableFuture().join();
    }
}
