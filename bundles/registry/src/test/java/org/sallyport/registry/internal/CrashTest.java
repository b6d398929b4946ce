// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sallyport.registry.internal.Samples.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.Gateway;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.registry.internal.FaultyDisk.Operation;

/**
 * What a file looks like when a process or a machine ends at any moment, made from a record of all that was written.
 */
@Timeout(120)
class CrashTest {
    private static final int SECTOR = 512;

    @TempDir
    Path directory;

    private final Map<Long, RegistrySnapshot> history = new TreeMap<>();
    private final FaultyDisk disk = new FaultyDisk();
    private byte[] begin;
    private int images;

    @BeforeEach
    void record() throws Exception {
        StateDirectory state = new StateDirectory(directory.resolve("recorded"));
        EmbeddedStore made = new EmbeddedStore(state);
        await(made.read(contents -> contents));
        made.stop();
        begin = Files.readAllBytes(state.file(Journal.NAME));
        history.put(0L, RegistrySnapshot.EMPTY);

        EmbeddedStore store =
                new EmbeddedStore(state, new Journal(state, Schema.NOW, disk, Long.MAX_VALUE), Duration.ofHours(1));
        EmbeddedRegistry registry = new EmbeddedRegistry(store);
        Samples samples = new Samples(3);
        List<Gateway> there = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<RegistryChange> changes = new ArrayList<>();
            if (there.size() > 5 && samples.number(3) == 0) {
                changes.add(new RegistryChange.RemoveGateway(
                        there.remove(samples.number(there.size())).id()));
            } else {
                Gateway gateway = samples.gateway();
                there.add(gateway);
                changes.add(new RegistryChange.PutGateway(gateway));
                changes.add(new RegistryChange.PutDestination(samples.destination(gateway.id())));
            }
            RegistrySnapshot after = await(registry.change(now -> changes));
            history.put(after.revision(), after);
            disk.note(new Operation.Acknowledged(after.revision()));
        }
        store.stop();
    }

    @Test
    void aProcessThatEndsAtAnyWriteLosesNothingAcknowledged() throws Exception {
        byte[] written = begin;
        long acknowledged = 0;
        for (Operation operation : disk.recorded()) {
            if (operation instanceof Operation.Acknowledged ack) {
                acknowledged = ack.revision();
            } else if (operation instanceof Operation.Written write) {
                check(apply(written, write.position(), write.bytes().remaining() / 2, write), acknowledged);
                check(apply(written, write.position(), 100, write), acknowledged);
            }
            written = apply(written, operation);
            check(written, acknowledged);
        }
        assertThat(images).isGreaterThan(150);
    }

    @Test
    void aMachineThatLosesPowerAtAnyWriteLosesNothingAcknowledged() throws Exception {
        Random random = new Random(5);
        byte[] durable = begin;
        byte[] written = begin;
        long acknowledged = 0;
        for (Operation operation : disk.recorded()) {
            if (operation instanceof Operation.Acknowledged ack) {
                acknowledged = ack.revision();
            }
            if (operation instanceof Operation.Forced) {
                for (int i = 0; i < 6; i++) {
                    check(torn(durable, written, random), acknowledged);
                }
                durable = written;
            }
            written = apply(written, operation);
        }
        assertThat(images).isGreaterThan(150);
    }

    private static byte[] torn(byte[] durable, byte[] written, Random random) {
        byte[] torn = Arrays.copyOf(
                durable, random.nextBoolean() ? written.length : Math.max(durable.length, written.length));
        for (int at = 0; at < written.length; at += SECTOR) {
            if (random.nextInt(4) != 0) {
                System.arraycopy(written, at, torn, at, Math.min(SECTOR, written.length - at));
            }
        }
        return torn;
    }

    private void check(byte[] image, long acknowledged) throws Exception {
        images++;
        StateDirectory state = new StateDirectory(directory.resolve("image-" + images));
        state.make();
        state.makeFile(state.file(Journal.NAME));
        Files.write(state.file(Journal.NAME), image);
        Journal file = new Journal(state, Schema.NOW);
        try {
            RegistrySnapshot found = Records.read(file.open()).registry();
            assertThat(found.revision()).isGreaterThanOrEqualTo(acknowledged);
            assertThat(found).isEqualTo(history.get(found.revision()));
        } finally {
            file.close();
        }
        delete(state);
    }

    private static void delete(StateDirectory state) throws IOException {
        for (String name : List.of(Journal.NAME, DirectoryLock.NAME)) {
            Files.deleteIfExists(state.file(name));
        }
        Files.delete(state.path());
    }

    private static byte[] apply(byte[] written, Operation operation) {
        if (operation instanceof Operation.Written write) {
            return apply(written, write.position(), write.bytes().remaining(), write);
        }
        if (operation instanceof Operation.Truncated truncated) {
            return Arrays.copyOf(written, (int) truncated.size());
        }
        return written;
    }

    private static byte[] apply(byte[] written, long position, int length, Operation.Written write) {
        int count = Math.min(length, write.bytes().remaining());
        byte[] next = Arrays.copyOf(written, Math.max(written.length, (int) position + count));
        write.bytes().get(0, next, (int) position, count);
        return next;
    }
}
