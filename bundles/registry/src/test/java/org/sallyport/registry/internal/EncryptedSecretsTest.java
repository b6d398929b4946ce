// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.registry.internal.Samples.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.api.registry.RegistryException;

@Timeout(60)
class EncryptedSecretsTest {
    private static final byte[] SECRET = "a very private key".getBytes(UTF_8);

    @TempDir
    Path directory;

    private StateDirectory state;
    private EmbeddedStore store;
    private EncryptedSecrets secrets;

    @BeforeEach
    void start() {
        state = new StateDirectory(directory.resolve("state"));
        store = new EmbeddedStore(state);
        secrets = new EncryptedSecrets(store);
    }

    @AfterEach
    void stop() throws InterruptedException {
        store.stop();
    }

    @Test
    void aSecretComesBackAlsoAfterARestart() throws Exception {
        assertThat(await(secrets.get("ca.tunnel"))).isNull();
        await(secrets.put("ca.tunnel", SECRET));
        assertThat(await(secrets.get("ca.tunnel"))).isEqualTo(SECRET);
        restart();

        assertThat(await(secrets.get("ca.tunnel"))).isEqualTo(SECRET);
        await(secrets.put("ca.tunnel", new byte[0]));
        assertThat(await(secrets.get("ca.tunnel"))).isEmpty();
    }

    @Test
    void ofTwoWhoMakeASecretAtOnceTheFirstIsKept() throws Exception {
        List<CompletionStage<byte[]>> stages = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            stages.add(secrets.putIfAbsent("client.key", new byte[] {(byte) i}));
        }

        assertThat(stages).allSatisfy(stage -> assertThat(await(stage)).containsExactly(0));
        restart();
        assertThat(await(secrets.putIfAbsent("client.key", SECRET))).containsExactly(0);
    }

    @Test
    void aSecretThatWasRemovedIsGoneAlsoAfterARestart() throws Exception {
        await(secrets.put("leg.one", SECRET));
        await(secrets.put("leg.two", SECRET));
        await(secrets.put("other", SECRET));
        await(secrets.remove("leg.one"));
        await(secrets.remove("leg.one"));

        assertThat(await(secrets.names("leg."))).containsExactly("leg.two");
        restart();
        assertThat(await(secrets.get("leg.one"))).isNull();
        assertThat(await(secrets.names(""))).containsExactly("leg.two", "other");
    }

    @Test
    void theCallersBytesAreNotKept() {
        byte[] mine = SECRET.clone();
        CompletionStage<Void> stored = secrets.put("one", mine);
        mine[0] = 0;
        await(stored);
        byte[] read = await(secrets.get("one"));
        read[1] = 0;

        assertThat(await(secrets.get("one"))).isEqualTo(SECRET);
    }

    @Test
    void nothingOfASecretIsReadableInAnyFile() throws Exception {
        await(secrets.put("one", SECRET));
        store.stop();

        try (var files = Files.list(state.path())) {
            for (Path file : files.toList()) {
                assertThat(new String(Files.readAllBytes(file), ISO_8859_1)).doesNotContain("private key");
            }
        }
    }

    @Test
    void theSameSecretIsNeverEncryptedTwiceAlike() {
        await(secrets.put("one", SECRET));
        byte[] first = store.contents().secrets().get("one");
        await(secrets.put("one", SECRET));

        assertThat(store.contents().secrets().get("one")).isNotEqualTo(first);
    }

    @Test
    void theKeyFileIsTheOwnersOnly() {
        assertThat(state.file(KeyFile.NAME)).doesNotExist();
        await(secrets.put("one", SECRET));

        assertThat(Samples.permissions(state.file(KeyFile.NAME))).isEqualTo("rw-------");
        assertThat(state.file(KeyFile.NAME)).hasSize(32);
    }

    @Test
    void aKeyFileThatOthersCanReadIsTightened() throws Exception {
        await(secrets.put("one", SECRET));
        Files.setPosixFilePermissions(state.file(KeyFile.NAME), PosixFilePermissions.fromString("rw-r--r--"));
        restart();

        assertThat(await(secrets.get("one"))).isEqualTo(SECRET);
        assertThat(Samples.permissions(state.file(KeyFile.NAME))).isEqualTo("rw-------");
    }

    @Test
    void anotherKeyFileIsAClearError() throws Exception {
        await(secrets.put("one", SECRET));
        byte[] key = Files.readAllBytes(state.file(KeyFile.NAME));
        Files.write(state.file(KeyFile.NAME), new Samples(1).bytes(32));
        restart();

        assertThatThrownBy(() -> await(secrets.get("one")))
                .isInstanceOf(RegistryException.class)
                .hasMessage(
                        "secret 'one' cannot be decrypted: it was altered, or secret.key belongs to another instance."
                                + " Restore the whole directory from one backup");
        assertThatThrownBy(() -> await(secrets.putIfAbsent("one", SECRET))).isInstanceOf(RegistryException.class);

        Files.write(state.file(KeyFile.NAME), key);
        restart();
        assertThat(await(secrets.get("one"))).isEqualTo(SECRET);
    }

    @Test
    void aLostKeyFileIsNotReplaced() throws Exception {
        await(secrets.put("one", SECRET));
        Files.delete(state.file(KeyFile.NAME));
        restart();

        String message =
                state.file(KeyFile.NAME) + " is missing, and the secrets of this instance are encrypted with it:"
                        + " restore it from the backup of this directory";
        assertThatThrownBy(() -> await(secrets.get("one"))).hasMessage(message);
        assertThatThrownBy(() -> await(secrets.put("two", SECRET))).hasMessage(message);
        assertThat(state.file(KeyFile.NAME)).doesNotExist();
    }

    @Test
    void whyNothingCanBeReadIsToldOnceAndNothingIsReadByHalves() throws Exception {
        await(secrets.put("one", SECRET));
        store.stop();
        Path key = state.file(KeyFile.NAME);
        byte[] bytes = Files.readAllBytes(key);
        Files.delete(key);
        List<String> told = new CopyOnWriteArrayList<>();
        store = new EmbeddedStore(state, new Journal(state, Schema.NOW), Duration.ofMillis(20), told::add);

        assertThatThrownBy(
                        () -> await(store.read(contents -> contents.registry().revision())))
                .hasMessageContaining("secret.key is missing");
        assertThat(store.health().healthy()).isFalse();
        Files.write(key, bytes);
        assertThat(await(new EncryptedSecrets(store).get("one"))).isEqualTo(SECRET);
        assertThat(store.health().healthy()).isTrue();
        assertThat(told).hasSize(1);
    }

    @Test
    void aKeyFileOfTheWrongSizeIsAClearError() throws Exception {
        await(secrets.put("one", SECRET));
        Files.write(state.file(KeyFile.NAME), new byte[31]);
        restart();

        assertThatThrownBy(() -> await(secrets.get("one")))
                .hasMessage(state.file(KeyFile.NAME)
                        + " has 31 bytes: expected 32. Restore it from the backup of this directory");
    }

    @Test
    void anAlteredValueIsAClearError() throws Exception {
        await(secrets.put("one", SECRET));
        byte[] encrypted = store.contents().secrets().get("one");
        store.stop();
        for (int i = 0; i < encrypted.length; i++) {
            byte[] altered = encrypted.clone();
            altered[i] ^= 1;
            SecretCipher cipher = new SecretCipher(Files.readAllBytes(state.file(KeyFile.NAME)), new SecureRandom());
            assertThatThrownBy(() -> cipher.decrypt("one", altered)).isInstanceOf(RegistryException.class);
        }
        start();
    }

    @Test
    void oneSecretCannotBePassedOffAsAnother() throws Exception {
        await(secrets.put("one", SECRET));
        byte[] encrypted = store.contents().secrets().get("one");
        store.stop();
        Journal journal = new Journal(state, Schema.NOW);
        journal.open();
        journal.commit(List.of(Records.put("two", encrypted)));
        journal.close();
        start();

        assertThat(await(secrets.get("one"))).isEqualTo(SECRET);
        assertThatThrownBy(() -> await(secrets.get("two")))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("secret 'two' cannot be decrypted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a/b", "../x", ".x", "a b", "a\n"})
    void otherNamesAreRefused(String name) {
        assertThatThrownBy(() -> secrets.get(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a name of small letters");
    }

    private void restart() throws InterruptedException {
        store.stop();
        store = new EmbeddedStore(state);
        secrets = new EncryptedSecrets(store);
    }
}
