// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.spi.OutboundProxy;
import org.sallyport.spi.OutboundProxy.Credentials;

class ProxyLoginTest {
    @TempDir
    private Path directory;

    @Test
    void aFileIsReadAnewEachTime() throws IOException {
        Path file = file("alice:first\n");
        ProxyLogin login = login(file);

        assertThat(login.read()).isEqualTo(new Credentials("alice", "first"));
        file("alice:p:w with space \r\n");
        assertThat(login.read()).isEqualTo(new Credentials("alice", "p:w with space "));
        file("alice:");
        assertThat(login.read()).isEqualTo(new Credentials("alice", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
    void aFileThatIsOpenToOthersIsNotRead(String permissions) throws IOException {
        Path file = file("alice:secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

        assertThatThrownBy(() -> login(file).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is open to others (" + permissions + ")")
                .hasMessageContaining("chmod 600 " + file)
                .hasMessageNotContainingAny("alice", "secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "secret",
                ":secret",
                "alice:secret\nbob:secret",
                "alice:sec\u0000ret",
                "alice:secret\n\n"
            })
    void whatIsNotOneLineWithBothIsRefusedAndNotRepeated(String text) throws IOException {
        Path file = file(text);

        assertThatThrownBy(() -> login(file).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("expected one line, USER:PASSWORD")
                .hasMessageNotContainingAny("alice", "secret");
    }

    @Test
    void aFileThatIsMissingOrNoneIsSaidInWords() throws IOException {
        assertThatThrownBy(() -> login(directory.resolve("missing")).read()).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> login(file("x".repeat(5000))).read()).hasMessageContaining("longer than 4096 bytes");
        Path binary = file("");
        Files.write(binary, new byte[] {(byte) 0xC3, 0x28});
        assertThatThrownBy(() -> login(binary).read()).hasMessageContaining("holds no text");
    }

    @Test
    void theEnvironmentCountsWhereNoFileIsNamed() throws IOException {
        Map<String, String> environment = Map.of(ProxyLogin.VARIABLE, "bob:geheim");

        assertThat(new ProxyLogin("", environment::get).read()).isEqualTo(new Credentials("bob", "geheim"));
        assertThat(new ProxyLogin(file("alice:secret").toString(), environment::get).read())
                .isEqualTo(new Credentials("alice", "secret"));
        assertThat(new ProxyLogin("", name -> null).read()).isNull();
        assertThat(new ProxyLogin("", name -> "").read()).isNull();
        assertThatThrownBy(() -> new ProxyLogin("", name -> "geheim").read())
                .hasMessageContaining("the environment variable SALLYPORT_PROXY_CREDENTIALS: expected one line")
                .hasMessageNotContaining("geheim");
    }

    @Test
    void settingsWithoutAProxyMeanNone() {
        assertThat(ProxyLogin.proxy(ClientSettings.of(Map.of("proxy.credentials", "/x"), new Properties())))
                .isNull();
    }

    @Test
    void nothingThatIsShownHoldsCredentials() throws IOException {
        Path file = file("alice:secret");
        OutboundProxy proxy = ProxyLogin.proxy(ClientSettings.of(
                Map.of("proxy", "http://proxy:3128", "proxy.credentials", file.toString()), new Properties()));

        assertThat(proxy.toString() + login(file).read()).doesNotContain("alice", "secret");
    }

    private Path file(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("credentials"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static ProxyLogin login(Path file) {
        return new ProxyLogin(file.toString(), name -> "from:environment");
    }
}
