// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.registry.internal.Samples.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Destination;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Registration;
import org.sallyport.api.registry.RegistryChange.BlockKey;
import org.sallyport.api.registry.RegistryChange.PutDestination;
import org.sallyport.api.registry.RegistryChange.PutGateway;
import org.sallyport.api.registry.RegistryChange.PutKey;
import org.sallyport.api.registry.RegistryChange.RemoveDestination;
import org.sallyport.api.registry.RegistryChange.RemoveGateway;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.registry.RegistrySnapshot.KeyOfGateway;

@Timeout(60)
class EmbeddedRegistryTest {
    private final Samples samples = new Samples(1);

    @TempDir
    Path directory;

    private EmbeddedStore store;
    private EmbeddedRegistry registry;

    @AfterEach
    void stop() throws InterruptedException {
        if (store != null) {
            store.stop();
        }
    }

    @Test
    void anEmptyRegistryIsReadAsEmpty() {
        start();

        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
    }

    @Test
    void nothingIsMadeOnDiskBeforeTheFirstUse() {
        start();

        assertThat(directory.resolve("state")).doesNotExist();
    }

    @Test
    void everyKindOfRecordComesBackAfterARestart() throws Exception {
        start();
        for (int i = 0; i < 200; i++) {
            Gateway gateway = samples.gateway();
            await(registry.change(now -> List.of(
                    new PutGateway(gateway),
                    new PutDestination(samples.destination(gateway.id())),
                    new PutDestination(samples.destination(gateway.id())),
                    new PutKey(samples.key(gateway.id())),
                    new BlockKey(samples.fingerprint()))));
        }
        RegistrySnapshot before = await(registry.read());
        assertThat(before.revision()).isEqualTo(200);
        assertThat(before.destinations()).hasSize(400);

        restart();

        assertThat(await(registry.read())).isEqualTo(before);
    }

    @Test
    void aRemovedGatewayTakesItsDestinationsAndKeysAlong() throws Exception {
        start();
        Gateway gone = samples.gateway();
        Gateway kept = samples.gateway();
        ClientKey key = samples.key(kept.id());
        Destination destination = samples.destination(kept.id());
        await(registry.change(now -> List.of(
                new PutGateway(gone),
                new PutGateway(kept),
                new PutDestination(samples.destination(gone.id())),
                new PutDestination(destination),
                new PutKey(samples.key(gone.id())),
                new PutKey(key))));

        await(registry.change(now -> List.of(new RemoveGateway(gone.id()))));
        restart();

        RegistrySnapshot after = await(registry.read());
        assertThat(after.gateways()).containsOnlyKeys(kept.id());
        assertThat(after.destinations()).containsOnlyKeys(destination.id());
        assertThat(after.keys()).containsOnlyKeys(new KeyOfGateway(kept.id(), key.fingerprint()));
    }

    @Test
    void aChangeIsAllOrNothing() {
        start();
        Gateway gateway = samples.gateway();
        Destination stranger = samples.destination(samples.gateway().id());

        assertThatThrownBy(() ->
                        await(registry.change(now -> List.of(new PutGateway(gateway), new PutDestination(stranger)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(stranger.id().value())
                .hasMessageContaining("there is no " + stranger.gateway());

        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
    }

    @Test
    void whatATransactionThrowsFailsItsStageAndChangesNothing() {
        start();

        assertThatThrownBy(() -> await(registry.change(now -> {
                    throw new UnsupportedOperationException("no such gateway");
                })))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("no such gateway");
        assertThat(await(registry.read()).revision()).isZero();
    }

    @Test
    void aTransactionThatChangesNothingKeepsTheRevision() {
        start();
        GatewayId nobody = samples.gateway().id();

        await(registry.change(now -> List.of()));
        await(registry.change(now -> List.of(new RemoveGateway(nobody))));
        await(registry.change(
                now -> List.of(new RemoveDestination(samples.destination(nobody).id()))));

        assertThat(await(registry.read()).revision()).isZero();
    }

    @Test
    void twoGatewaysNeverShareTheirFirstElevenCharacters() {
        start();
        Gateway first = samples.gateway();
        GatewayId twin = new GatewayId(first.id().stem() + "_elsewhere");
        await(registry.change(now -> List.of(new PutGateway(first))));

        assertThatThrownBy(() -> await(registry.change(now -> List.of(new PutGateway(withId(twin))))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(first.id().value());
    }

    @Test
    void eachTransactionSeesTheOnesBeforeIt() {
        start();
        List<CompletionStage<RegistrySnapshot>> stages = new ArrayList<>();
        AtomicInteger seen = new AtomicInteger();
        for (int i = 0; i < 300; i++) {
            int number = i;
            Gateway gateway = samples.gateway();
            stages.add(registry.change(now -> {
                assertThat(now.gateways()).hasSize(number);
                seen.incrementAndGet();
                return List.of(new PutGateway(gateway));
            }));
        }
        for (int i = 0; i < stages.size(); i++) {
            assertThat(await(stages.get(i)).revision()).isEqualTo(i + 1);
        }
        assertThat(seen).hasValue(300);
    }

    @Test
    void aWatcherHearsOfNowAndThenOfRisingRevisionsUpToTheLast() throws Exception {
        start();
        await(registry.change(now -> List.of(new PutGateway(samples.gateway()))));
        LinkedBlockingQueue<Long> revisions = new LinkedBlockingQueue<>();
        Registration watch = registry.watch(snapshot -> revisions.add(snapshot.revision()));
        assertThat(revisions.poll(10, TimeUnit.SECONDS)).isEqualTo(1);

        List<CompletionStage<RegistrySnapshot>> stages = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Gateway gateway = samples.gateway();
            stages.add(registry.change(now -> List.of(new PutGateway(gateway))));
        }
        stages.forEach(Samples::await);

        long last = 1;
        while (last < 101) {
            Long next = revisions.poll(10, TimeUnit.SECONDS);
            assertThat(next).isNotNull().isGreaterThan(last);
            last = next;
        }
        watch.close();
        await(registry.change(now -> List.of(new PutGateway(samples.gateway()))));
        await(registry.change(now -> List.of()));
        assertThat(revisions).isEmpty();
    }

    @Test
    void aSlowWatcherSkipsRevisionsButNotTheLatest() throws Exception {
        start();
        await(registry.read());
        LinkedBlockingQueue<Long> revisions = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.watch(snapshot -> {
            revisions.add(snapshot.revision());
            begun.countDown();
            awaitQuietly(goOn);
        });
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        CompletionStage<RegistrySnapshot> last = registry.read();
        for (int i = 0; i < 50; i++) {
            Gateway gateway = samples.gateway();
            last = registry.change(now -> List.of(new PutGateway(gateway)));
        }
        // reads of contents that are known are answered at once, also while the watcher blocks
        while (await(registry.read()).revision() < 50) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        await(last);

        long heard = 0;
        List<Long> all = new ArrayList<>();
        while (heard < 50) {
            heard = revisions.poll(10, TimeUnit.SECONDS);
            all.add(heard);
        }
        assertThat(all).isSorted().hasSizeLessThan(10).endsWith(50L);
    }

    @Test
    void aWatcherThatFailsKeepsNobodyElseFromHearing() throws Exception {
        start();
        LinkedBlockingQueue<Long> revisions = new LinkedBlockingQueue<>();
        registry.watch(snapshot -> {
            throw new IllegalStateException("a watcher's own trouble");
        });
        registry.watch(snapshot -> revisions.add(snapshot.revision()));

        await(registry.change(now -> List.of(new PutGateway(samples.gateway()))));

        assertThat(revisions.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void afterItsEndEveryUseIsRefusedAndTheFileIsFree() throws Exception {
        start();
        await(registry.read());
        EmbeddedRegistry ended = registry;
        store.stop();

        assertThatThrownBy(() -> await(ended.change(now -> List.of())))
                .isInstanceOf(RegistryException.class)
                .hasMessage("the registry is stopped: try again when it is back");
        start();
        assertThat(await(registry.read())).isEqualTo(RegistrySnapshot.EMPTY);
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("sallyport-registry"))
                        .count())
                .isLessThanOrEqualTo(2);
    }

    @Test
    void changesThatWaitAtItsEndAreStillMade() throws Exception {
        start();
        List<CompletionStage<RegistrySnapshot>> stages = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Gateway gateway = samples.gateway();
            stages.add(registry.change(now -> List.of(new PutGateway(gateway))));
        }
        restart();

        assertThat(stages).allSatisfy(stage -> assertThat(await(stage)).isNotNull());
        assertThat(await(registry.read()).gateways()).hasSize(50);
    }

    @Test
    void filesAreTheOwnersOnly() throws Exception {
        start();
        await(registry.read());
        Path state = directory.resolve("state");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        try (var files = Files.list(state)) {
            assertThat(files.map(Samples::permissions)).containsOnly("rw-------");
        }
    }

    @Test
    void aThousandGatewaysWithTenDestinationsEachAreKeptAndReadAgain() throws Exception {
        start();
        for (int i = 0; i < 1000; i++) {
            Gateway gateway = samples.gateway();
            CompletionStage<RegistrySnapshot> last = registry.change(now -> List.of(new PutGateway(gateway)));
            for (int d = 0; d < 10; d++) {
                Destination destination = samples.destination(gateway.id());
                last = registry.change(now -> List.of(new PutDestination(destination)));
            }
            await(last);
        }
        RegistrySnapshot before = await(registry.read());
        restart();

        assertThat(await(registry.read())).isEqualTo(before);
        assertThat(before.destinations()).hasSize(10_000);
        assertThat(Files.size(directory.resolve("state").resolve(Journal.NAME))).isLessThan(64 << 20);
    }

    private Gateway withId(GatewayId id) {
        Gateway made = samples.gateway();
        return new Gateway(
                id,
                made.name(),
                made.enabled(),
                made.tokenRequired(),
                made.admitNewKeys(),
                made.token(),
                made.acl(),
                made.aclEdit(),
                made.balancer(),
                made.maxClients(),
                made.created());
    }

    private void start() {
        store = new EmbeddedStore(new StateDirectory(directory.resolve("state")));
        registry = new EmbeddedRegistry(store);
    }

    private void restart() throws InterruptedException {
        store.stop();
        start();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
