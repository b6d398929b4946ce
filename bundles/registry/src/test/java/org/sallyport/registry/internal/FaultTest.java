// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.registry.internal.Samples.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.api.Gateway;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistryChange.PutDestination;
import org.sallyport.api.registry.RegistryChange.PutGateway;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.registry.internal.FaultyDisk.Fault;

/** A disk that fails at any operation, and later works again. */
@Timeout(120)
class FaultTest {
    /** So short that the journal is written anew again and again, and faults hit that too. */
    private static final long SMALL = 8192;

    private static final Duration NEVER = Duration.ofHours(1);

    private final Samples samples = new Samples(9);

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final Queue<String> unusable = new ConcurrentLinkedQueue<>();
    private StateDirectory state;
    private EmbeddedStore store;
    private EmbeddedRegistry registry;

    @BeforeEach
    void start() {
        state = new StateDirectory(directory.resolve("state"));
        start(NEVER);
    }

    @AfterEach
    void stop() throws InterruptedException {
        disk.repair();
        store.stop();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aChangeThatCannotBeWrittenChangesNothingAndLaterOnesWorkAgain(Fault how) throws Exception {
        await(registry.change(this::some));
        int failures = 0;
        int exact = 0;
        for (int number = 1; number <= 60; number++) {
            RegistrySnapshot before = await(registry.read());
            disk.failFrom(1 + number % 12, how);
            RegistrySnapshot last = before;
            while (true) {
                try {
                    last = await(registry.change(this::some));
                } catch (RegistryException e) {
                    assertThat(e)
                            .hasMessageStartingWith(state.file(Journal.NAME) + " cannot be ")
                            .hasMessageContaining(": the disk is full, " + state.file(""))
                            .hasRootCauseMessage(FaultyDisk.NO_SPACE);
                    break;
                }
            }
            failures++;
            assertThat(await(registry.read())).isEqualTo(last);
            assertThat(store.health().healthy()).isFalse();
            // a process that ends now may find the change that failed, if the disk took it and refused to cut it off
            RegistrySnapshot found = copied();
            if (found.revision() != last.revision() + 1) {
                assertThat(found).isEqualTo(last);
                exact++;
            }
            assertThatThrownBy(() -> await(registry.change(this::some)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining(state.file(Journal.NAME).toString());
            assertThat(await(registry.read())).isEqualTo(last);

            disk.repair();
            RegistrySnapshot after = await(registry.change(this::some));
            assertThat(after.revision()).isEqualTo(last.revision() + 1);
            assertThat(store.health().healthy()).isTrue();
            assertThat(copied()).isEqualTo(after);
        }
        assertThat(failures).isEqualTo(60);
        assertThat(exact).isGreaterThanOrEqualTo(20);
        RegistrySnapshot before = await(registry.read());
        restart(NEVER);
        assertThat(await(registry.read())).isEqualTo(before);
    }

    @Test
    void aFailedChangeIsNotFoundAfterARestartEvenIfTheDiskKeptIt() throws Exception {
        RegistrySnapshot before = await(registry.change(this::some));
        disk.failFrom(4, Fault.AFTER);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        await(registry.change(this::some));
                    }
                })
                .isInstanceOf(RegistryException.class);
        RegistrySnapshot last = await(registry.read());
        assertThat(last.revision()).isBetween(before.revision(), before.revision() + 3);
        disk.repair();

        // the next use puts back what the disk may have kept
        await(registry.change(now -> List.of()));
        assertThatThrownBy(() -> await(registry.change(now -> {
                    throw new UnsupportedOperationException("changes nothing");
                })))
                .isInstanceOf(UnsupportedOperationException.class);
        RegistrySnapshot next = await(registry.change(this::some));

        assertThat(next.revision()).isEqualTo(last.revision() + 1);
        assertThat(copied()).isEqualTo(next);
    }

    @Test
    void nothingIsAcknowledgedInAFileWhoseNameMayNotOutliveAPowerLoss() throws Exception {
        await(registry.change(this::some));
        // the first is that of the opening that a rewrite begins with
        disk.failNamesFrom(2);
        Path journal = state.file(Journal.NAME);
        Object first = Files.readAttributes(journal, BasicFileAttributes.class).fileKey();
        RegistrySnapshot last = await(registry.read());
        Object written = first;
        while (written.equals(first)) {
            last = await(registry.change(this::some));
            written = Files.readAttributes(journal, BasicFileAttributes.class).fileKey();
        }

        assertThatThrownBy(() -> await(registry.change(this::some)))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("the disk is full");
        disk.repair();
        assertThat(await(registry.change(this::some)).revision()).isEqualTo(last.revision() + 1);
    }

    @Test
    void changesOfOneCommitFailTogether() {
        await(registry.read());
        disk.failFrom(1, Fault.BEFORE);
        List<CompletionStage<RegistrySnapshot>> stages =
                List.of(registry.change(this::some), registry.change(this::some), registry.change(now -> {
                    throw new UnsupportedOperationException("decided on what was never durable");
                }));

        assertThat(stages)
                .anySatisfy(stage -> assertThatThrownBy(() -> await(stage)).isInstanceOf(RegistryException.class));
        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
    }

    @Test
    void healthSeesByItselfThatTheDiskWorksAgain() throws Exception {
        restart(Duration.ofMillis(20));
        await(registry.change(this::some));
        disk.failFrom(1, Fault.BEFORE);
        assertThatThrownBy(() -> await(registry.change(this::some))).isInstanceOf(RegistryException.class);
        assertThat(store.health().text()).contains("the disk is full");

        disk.repair();

        while (!store.health().healthy()) {
            Thread.onSpinWait();
        }
        assertThat(store.health().text()).isEqualTo("1 gateways, 1 destinations, revision 1");
    }

    @Test
    void aFileThatCannotBeMadeIsToldAndMadeLater() {
        disk.failFrom(1, Fault.BEFORE);
        assertThatThrownBy(() -> await(registry.read()))
                .isInstanceOf(RegistryException.class)
                .hasMessage(state.file(Journal.NAME) + " cannot be opened: the disk is full, "
                        + state.file(Journal.NAME) + " cannot be written. Make room there (df -h and df -i show what is"
                        + " used), or have its quota raised");
        assertThat(unusable).singleElement().asString().contains("the disk is full");
        assertThat(state.file(Journal.NAME)).doesNotExist();

        disk.repair();

        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
    }

    @Test
    void aKeyFileThatCannotBeMadeAtTheStartIsToldAndMadeLater() {
        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
        EncryptedSecrets secrets = new EncryptedSecrets(store);
        disk.failFrom(1, Fault.HALF);

        assertThatThrownBy(() -> await(secrets.put("one", new byte[] {1})))
                .isInstanceOf(RegistryException.class)
                .hasMessageStartingWith(state.file(KeyFile.NAME) + " cannot be used: the disk is full, "
                        + state.file(KeyFile.NAME) + " cannot be written");
        assertThat(unusable).singleElement().asString().startsWith(state.file(KeyFile.NAME) + " cannot be used");
        assertThat(state.file(KeyFile.NAME)).doesNotExist();

        disk.repair();
        await(secrets.put("one", new byte[] {2}));
        assertThat(await(secrets.get("one"))).containsExactly(2);
    }

    @Test
    void aFirstChangeThatCannotBeWrittenIsToldOnce() {
        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
        disk.failFrom(1, Fault.BEFORE);
        assertThatThrownBy(() -> await(registry.change(this::some))).isInstanceOf(RegistryException.class);
        assertThatThrownBy(() -> await(registry.change(this::some))).isInstanceOf(RegistryException.class);

        assertThat(unusable).singleElement().asString().startsWith(state.file(Journal.NAME) + " cannot be written");
    }

    @Test
    void aWatcherThatCameWhileTheFileCouldNotBeReadHearsWhenItCan() throws Exception {
        restart(Duration.ofMillis(20));
        disk.failFrom(1, Fault.BEFORE);
        LinkedBlockingQueue<RegistrySnapshot> heard = new LinkedBlockingQueue<>();
        registry.watch(heard::add);
        assertThatThrownBy(() -> await(registry.read())).isInstanceOf(RegistryException.class);

        disk.repair();

        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(RegistrySnapshot.EMPTY);
    }

    @Test
    void aSecretThatCannotBeWrittenIsNotThere() {
        EncryptedSecrets secrets = new EncryptedSecrets(store);
        await(secrets.put("one", new byte[] {1}));
        disk.failFrom(1, Fault.AFTER);
        assertThatThrownBy(() -> await(secrets.put("one", new byte[] {2}))).isInstanceOf(RegistryException.class);
        assertThatThrownBy(() -> await(secrets.put("two", new byte[] {3}))).isInstanceOf(RegistryException.class);
        assertThat(await(secrets.get("one"))).containsExactly(1);
        assertThat(await(secrets.get("two"))).isNull();

        disk.repair();

        assertThat(await(secrets.putIfAbsent("two", new byte[] {4}))).containsExactly(4);
        assertThat(await(secrets.get("one"))).containsExactly(1);
    }

    private List<RegistryChange> some(RegistrySnapshot now) {
        Gateway gateway = samples.gateway();
        return List.of(new PutGateway(gateway), new PutDestination(samples.destination(gateway.id())));
    }

    /** {@return what another process would read from the file as it is now} */
    private RegistrySnapshot copied() throws Exception {
        StateDirectory copy = new StateDirectory(Files.createTempDirectory(directory, "copy"));
        Files.write(copy.file(Journal.NAME), Files.readAllBytes(state.file(Journal.NAME)));
        Journal file = new Journal(copy, Schema.NOW);
        try {
            return Records.read(file.open()).registry();
        } finally {
            file.close();
        }
    }

    private void start(Duration retry) {
        store = new EmbeddedStore(state, new Journal(state, Schema.NOW, disk, SMALL), retry, unusable::add);
        registry = new EmbeddedRegistry(store);
    }

    private void restart(Duration retry) throws InterruptedException {
        store.stop();
        start(retry);
    }
}
