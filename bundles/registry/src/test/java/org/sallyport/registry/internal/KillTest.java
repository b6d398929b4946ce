// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sallyport.registry.internal.Samples.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.api.Gateway;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistryChange.PutDestination;
import org.sallyport.api.registry.RegistryChange.PutGateway;
import org.sallyport.api.registry.RegistryChange.RemoveGateway;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;

/** A process of its own that writes as fast as it can, and is killed while it does. */
@Timeout(300)
class KillTest {
    private static final int ROUNDS = Integer.getInteger("sallyport.kill.rounds", 10);

    @TempDir
    Path directory;

    private Process child;

    /** What runs in the other process: makes changes without end and prints the revision of each that was acknowledged. */
    static final class Writer {
        private Writer() {}

        @SuppressWarnings("SystemOut") // this is how it tells the test
        public static void main(String[] args) throws InterruptedException {
            StateDirectory state = new StateDirectory(Path.of(args[0]));
            // a journal this short is written anew all the time, so that the process is killed while it does that too
            Journal journal = new Journal(state, Schema.NOW, Disk.REAL, 20_000);
            EmbeddedStore store = new EmbeddedStore(state, journal, Duration.ofHours(1));
            EmbeddedRegistry registry = new EmbeddedRegistry(store);
            EncryptedSecrets secrets = new EncryptedSecrets(store);
            Samples samples = new Samples(Long.parseLong(args[1]));
            while (true) {
                List<CompletionStage<?>> stages = new ArrayList<>();
                for (int i = samples.number(4); i >= 0; i--) {
                    Gateway gateway = samples.gateway();
                    stages.add(registry.change(now -> {
                                List<RegistryChange> changes = new ArrayList<>();
                                if (now.gateways().size() > 20) {
                                    changes.add(new RemoveGateway(now.gateways().firstKey()));
                                }
                                changes.add(new PutGateway(gateway));
                                changes.add(new PutDestination(samples.destination(gateway.id())));
                                return changes;
                            })
                            .thenAccept(after -> System.out.println(after.revision())));
                }
                stages.add(
                        secrets.put("last", Long.toString(samples.number(1000)).getBytes(UTF_8)));
                stages.forEach(Samples::await);
            }
        }
    }

    @AfterEach
    void end() throws InterruptedException {
        if (child != null) {
            child.destroyForcibly();
            assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aProcessThatIsKilledAtAnyMomentLosesNothingAcknowledged() throws Exception {
        Random random = new Random();
        long known = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long acknowledged = writeAndKill(round, 1 + random.nextInt(150), random.nextInt(3_000_000));
            RegistrySnapshot found = read();

            assertThat(found.revision()).isGreaterThanOrEqualTo(Math.max(known, acknowledged));
            // each change made a gateway and its destination, or neither
            assertThat(found.destinations()).hasSameSizeAs(found.gateways());
            known = found.revision();
        }
        assertThat(known).isGreaterThan(ROUNDS);
    }

    @Test
    void aSecondProcessOnADirectoryIsToldWhoHasIt() throws Exception {
        start(1);
        try (BufferedReader lines = output()) {
            assertThat(lines.readLine()).isNotNull();

            assertThatThrownBy(this::read)
                    .isInstanceOf(RegistryException.class)
                    .hasMessage(directory + " is in use by process " + child.pid()
                            + ": expected one user a directory. End that one, or give this instance another directory");
        }
    }

    /** {@return the last revision that the process printed before it was killed} */
    private long writeAndKill(int seed, int lines, int nanos) throws IOException, InterruptedException {
        start(seed);
        long last = 0;
        try (BufferedReader output = output()) {
            for (int i = 0; i < lines; i++) {
                last = Long.parseLong(output.readLine());
            }
            long until = System.nanoTime() + nanos;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            // by its handle: the process itself would close its output too
            child.toHandle().destroyForcibly();
            String line = output.readLine();
            String next = output.readLine();
            while (next != null) {
                // the very last line may be cut
                last = Long.parseLong(line);
                line = next;
                next = output.readLine();
            }
        }
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    private void start(int seed) throws IOException {
        child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.toString(),
                        Integer.toString(seed))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private BufferedReader output() {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8));
    }

    private RegistrySnapshot read() throws InterruptedException {
        EmbeddedStore store = new EmbeddedStore(new StateDirectory(directory));
        try {
            byte[] last = await(new EncryptedSecrets(store).get("last"));
            assertThat(last == null || last.length > 0).isTrue();
            return await(new EmbeddedRegistry(store).read());
        } finally {
            store.stop();
        }
    }
}
