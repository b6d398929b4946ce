// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.health.HealthCheck.Health;
import org.sallyport.api.registry.RegistryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that opens, reads and writes the journal, for all services of this bundle. The file is opened at first
 * use, so that activation costs nothing.
 *
 * <p>Changes that wait at the same time share one commit, hence one force of the disk: they are applied to each other's
 * results in the order in which they came, and all of them are acknowledged, or fail, after it. Contents in memory are
 * replaced after the commit only.
 *
 * <p>While the file cannot be opened or written, it is tried again from time to time, and what it held stays readable if it
 * was read before.
 */
@Component(service = EmbeddedStore.class)
public final class EmbeddedStore {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedStore.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final int MAX_WAITING = 10_000;

    /** Each change in a commit holds contents of its own until its caller was told. */
    private static final int MAX_BATCH = 100;

    private final StateDirectory directory;
    private final SecureRandom random = new SecureRandom();
    private final KeyFile keyFile;
    private final Consumer<String> unusable;
    private final Journal journal;
    private final Duration retry;
    private final Herald herald = new Herald();
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Queue<Work<?>> waiting = new ArrayDeque<>();
    private boolean stopping;

    /** Whether nobody waits any more to hear why this process cannot start. */
    private boolean startIsOver;

    private volatile @Nullable Contents contents;
    private volatile @Nullable RegistryException failure;

    @Activate
    public EmbeddedStore(@Reference EventHub events) {
        this(StateDirectory.of(System.getProperties()), events);
    }

    private EmbeddedStore(StateDirectory directory, EventHub events) {
        this(
                directory,
                new Journal(directory, Schema.NOW),
                RETRY,
                reason -> events.publish(new Event.StartFailed(reason)));
    }

    EmbeddedStore(StateDirectory directory) {
        this(directory, new Journal(directory, Schema.NOW), RETRY);
    }

    /**
     * For tests.
     *
     * @param retry how long a file that failed is left alone
     */
    EmbeddedStore(StateDirectory directory, Journal journal, Duration retry) {
        this(directory, journal, retry, reason -> {});
    }

    /**
     * @param retry how long a file that failed is left alone
     * @param unusable is told once why a process cannot start: what is stored cannot be read, or the first keys not be kept
     */
    EmbeddedStore(StateDirectory directory, Journal journal, Duration retry, Consumer<String> unusable) {
        this.unusable = unusable;
        this.keyFile = new KeyFile(directory, random, journal.disk());
        this.directory = directory;
        this.journal = journal;
        this.retry = retry;
        this.thread = new Thread(this::run, "sallyport-registry");
        thread.setDaemon(true);
        thread.start();
    }

    /** {@return where the file lies, with others of this instance} */
    StateDirectory directory() {
        return directory;
    }

    /** {@return what encrypts and decrypts secrets; on the store's thread} */
    SecretCipher cipher(Contents contents) {
        try {
            return new SecretCipher(keyFile.key(!contents.secrets().isEmpty()), random);
        } catch (RegistryException e) {
            tell(e);
            throw e;
        }
    }

    /** {@return what is durable, or null when the file was not read yet} */
    @Nullable
    Contents contents() {
        return contents;
    }

    /**
     * Asks what the store holds.
     *
     * @param question is given durable contents, on the store's thread
     * @return its answer, or what it threw
     */
    <T> CompletionStage<T> read(Function<Contents, T> question) {
        return submit(new Work.Read<>(question, new CompletableFuture<>()));
    }

    /**
     * Changes the store.
     *
     * @param transaction makes the change of the contents before it, on the store's thread; what it throws fails the
     *     stage and changes nothing
     * @return the step's result, when it is on disk
     */
    <T> CompletionStage<T> change(Function<Contents, Step<T>> transaction) {
        return submit(new Work.Change<>(transaction, new CompletableFuture<>()));
    }

    /** Tells a watcher of the registry from now on, see {@link org.sallyport.api.registry.GatewayRegistry#watch}. */
    Registration watch(Consumer<Contents> watcher) {
        Registration watch = herald.watch(watcher);
        read(durable -> durable).thenAccept(herald::announce);
        return watch;
    }

    /** {@return how the store is now} */
    Health health() {
        RegistryException failed = failure;
        if (failed != null) {
            return Health.bad(String.valueOf(failed.getMessage()));
        }
        Contents now = contents;
        return now == null
                ? Health.good("not used yet")
                : Health.good(now.registry().gateways().size() + " gateways, "
                        + now.registry().destinations().size() + " destinations, revision "
                        + now.registry().revision());
    }

    /** Finishes what waits, then closes the journal. Bounded; never interrupts, which would close the file under a write. */
    @Deactivate
    void stop() throws InterruptedException {
        long begun = System.nanoTime();
        lock.lock();
        try {
            stopping = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        thread.join(STOP.toMillis());
        if (thread.isAlive()) {
            LOG.warn("registry: {} did not take its last writes within {} s", journal.path(), STOP.toSeconds());
        }
        herald.stop();
        LOG.info("registry: stopped within {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private <T> CompletionStage<T> submit(Work<T> work) {
        lock.lock();
        try {
            if (stopping || waiting.size() + herald.backlog() >= MAX_WAITING) {
                return CompletableFuture.failedStage(new RegistryException(
                        stopping
                                ? "the registry is stopped: try again when it is back"
                                : "the registry cannot keep up: " + MAX_WAITING
                                        + " changes wait already, try again later"));
            }
            waiting.add(work);
            arrived.signal();
        } finally {
            lock.unlock();
        }
        return work.outcome().minimalCompletionStage();
    }

    private void run() {
        boolean more = true;
        while (more) {
            List<Work<?>> batch = take();
            more = batch != null;
            if (batch != null) {
                work(batch);
            }
        }
        journal.close();
    }

    /** {@return what waits, nothing when it is time to try a failed file again, or null at the end} */
    private @Nullable List<Work<?>> take() {
        lock.lock();
        try {
            long left = retry.toNanos();
            while (waiting.isEmpty() && !stopping && left > 0) {
                if (failure == null) {
                    arrived.awaitUninterruptibly();
                } else {
                    left = arrived.awaitNanos(left);
                }
            }
            if (waiting.isEmpty() && stopping) {
                return null;
            }
            List<Work<?>> batch = new ArrayList<>();
            while (batch.size() < MAX_BATCH && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            return batch;
        } catch (InterruptedException e) {
            LOG.warn("registry: somebody interrupted its thread, which goes on");
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private void work(List<Work<?>> batch) {
        try {
            Contents before = load();
            if (batch.isEmpty()) {
                journal.commit(List.of());
                recovered();
                herald.announce(before);
            } else {
                answer(batch, commit(before, batch));
            }
        } catch (RuntimeException | Error e) {
            RegistryException failed;
            if (e instanceof RegistryException known) {
                failed = known;
            } else {
                failed = new RegistryException(journal.path() + ": unexpected failure: " + e, e);
                LOG.error("registry: what was not expected", e);
            }
            failed(failed);
            // what was asked can be answered from memory, if the file was ever read
            Contents known = contents;
            for (Work<?> work : batch) {
                if (known != null && work instanceof Work.Read<?> read) {
                    herald.tell(read.answer(known));
                } else {
                    herald.tell(() -> work.outcome().completeExceptionally(failed));
                }
            }
        }
    }

    private Contents load() {
        Contents known = contents;
        if (known != null) {
            return known;
        }
        try {
            Contents read = Records.read(journal.open());
            checkSecrets(read);
            startIsOver |= !read.secrets().isEmpty(); // the keys that a process begins with are among them
            contents = read;
            recovered();
            return read;
        } catch (RuntimeException e) {
            journal.abandon();
            throw e;
        }
    }

    /** A key that is missing, or another's, is a loss that has to be told at once, and not by whoever happens to need a secret. */
    private void checkSecrets(Contents read) {
        if (read.secrets().isEmpty()) {
            return;
        }
        SecretCipher cipher = cipher(read);
        RegistryException wrong = null;
        for (Map.Entry<String, byte[]> secret : read.secrets().entrySet()) {
            try {
                cipher.decrypt(secret.getKey(), secret.getValue());
                return;
            } catch (RegistryException e) {
                // one alone may have been altered
                wrong = e;
            }
        }
        if (wrong != null) {
            throw wrong;
        }
    }

    private Contents commit(Contents before, List<Work<?>> batch) {
        Contents next = before;
        List<Write> writes = new ArrayList<>();
        List<Runnable> told = new ArrayList<>();
        for (Work<?> work : batch) {
            if (work instanceof Work.Change<?> change) {
                Work.Tried tried = change.attempt(next);
                if (tried.step() != null) {
                    next = tried.step().next();
                    writes.addAll(tried.step().writes());
                }
                told.add(tried.tell());
            }
        }
        if (!writes.isEmpty()) {
            journal.commit(writes);
            contents = next;
            recovered();
        }
        told.forEach(herald::tell);
        herald.announce(next);
        return next;
    }

    private void answer(List<Work<?>> batch, Contents durable) {
        for (Work<?> work : batch) {
            if (work instanceof Work.Read<?> read) {
                herald.tell(read.answer(durable));
            }
        }
    }

    private void failed(RegistryException e) {
        if (failure == null) {
            LOG.error("registry: {}", e.getMessage());
            LOG.debug("registry: the failure", e);
        }
        tell(e);
        failure = e;
    }

    private void tell(RegistryException e) {
        if (!startIsOver) {
            startIsOver = true;
            unusable.accept(String.valueOf(e.getMessage()));
        }
    }

    private void recovered() {
        if (failure != null) {
            LOG.info("registry: {} can be used again", journal.path());
        }
        failure = null;
    }
}
