// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegCertificates;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.SecretStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the certificates of all destinations lie, one secret for each destination. They are read at first use and then kept
 * in memory; a change is in the store before anybody sees it. After a write that failed nobody knows what the store has, so
 * everything is read anew before it is used again.
 */
@Component(service = {CertificateShelf.class, LegCertificates.class})
public final class CertificateShelf implements LegCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateShelf.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Secrets secrets;
    private final Duration retry;
    private final Workers workers = new Workers();
    private final LegWatches watches = new LegWatches();
    private final List<Runnable> changes = new CopyOnWriteArrayList<>();

    // for the workers' state thread only
    private final Map<DestinationId, Holdings> holdings = new HashMap<>();
    private final Set<DestinationId> unread = new HashSet<>();
    private boolean loaded;
    private boolean retrying;
    private @Nullable String told;

    /**
     * What a change makes of what a destination has.
     *
     * @param next what it has after it
     * @param result what the caller is told
     */
    record Changed<T>(Holdings next, T result) {}

    @Activate
    public CertificateShelf(@Reference SecretStore secrets) {
        this(secrets, RETRY);
    }

    /** @param retry how long a store that failed is left alone while somebody watches */
    CertificateShelf(SecretStore secrets, Duration retry) {
        this.secrets = new Secrets(secrets);
        this.retry = retry;
    }

    @Override
    public CompletionStage<LegMaterial> read(DestinationId destination, Leg leg) {
        requireNonNull(leg, "leg");
        return read(destination, now -> now.material(destination, leg));
    }

    @Override
    public Registration watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {
        requireNonNull(watcher, "watcher");
        LegWatches.Watch watch = watches.add(destination, leg, watcher);
        workers.withState(() -> {
            try {
                watch.deliver(of(destination));
            } catch (RegistryException e) {
                tryAgain(e);
            }
            return destination;
        });
        return watch;
    }

    /** Tells whenever anything changed, on the thread that holds the state; the watcher must be quick. */
    Registration watchAll(Runnable watcher) {
        changes.add(watcher);
        return () -> changes.remove(watcher);
    }

    /** Does something when a store that failed has had time to recover. */
    void afterRest(Runnable work) {
        workers.later(retry, work);
    }

    /** Asks about one destination. */
    <T> CompletionStage<T> read(DestinationId destination, Function<Holdings, T> question) {
        requireNonNull(destination, "destination");
        return workers.withState(() -> question.apply(of(destination)));
    }

    /** Asks about all destinations that have something and can be read. */
    <T> CompletionStage<T> readAll(Function<Map<DestinationId, Holdings>, T> question) {
        return workers.withState(() -> {
            readUnread();
            return question.apply(Map.copyOf(holdings));
        });
    }

    /** Asks about all destinations that have something, those that cannot be read apart. */
    <T> CompletionStage<T> readAll(BiFunction<Map<DestinationId, Holdings>, Set<DestinationId>, T> question) {
        return workers.withState(() -> {
            readUnread();
            return question.apply(Map.copyOf(holdings), Set.copyOf(unread));
        });
    }

    /** {@return the destinations whose certificates cannot be read} */
    CompletionStage<List<DestinationId>> unreadable() {
        return workers.withState(() -> {
            readUnread();
            return unread.stream().sorted().toList();
        });
    }

    /**
     * Changes what a destination has, all or nothing.
     *
     * @param destination whose
     * @param change decides from what is there; what it throws fails the stage and changes nothing
     * @return the result, when the change is durable and watchers were told
     */
    <T> CompletionStage<T> change(DestinationId destination, Function<Holdings, Changed<T>> change) {
        requireNonNull(destination, "destination");
        return workers.withState(() -> {
            Holdings before = of(destination);
            Changed<T> changed = change.apply(before);
            if (!changed.next().sameAs(before)) {
                Holdings next = changed.next().withGeneration(before.generation() + 1);
                store(destination, before, next);
                put(destination, next);
            }
            return changed.result();
        });
    }

    /** Removes all that a destination has, also what cannot be read any more. */
    CompletionStage<Void> forget(DestinationId destination) {
        requireNonNull(destination, "destination");
        return workers.<Boolean>withState(() -> {
                    load();
                    Holdings before = holdings.getOrDefault(destination, Holdings.EMPTY);
                    boolean known = unread.contains(destination) || !before.sameAs(Holdings.EMPTY);
                    if (known) {
                        write(() -> secrets.remove(StoredForm.name(destination)));
                        unread.remove(destination);
                        put(destination, Holdings.EMPTY.withGeneration(before.generation() + 1));
                    }
                    return known;
                })
                .thenAccept(known -> {});
    }

    /** Does something that takes long, beside all this. */
    <T> CompletionStage<T> slowly(Callable<T> work) {
        return workers.slowly(work);
    }

    /** Does something slow from time to time. */
    Registration every(Duration period, Runnable work) {
        return workers.every(period, work);
    }

    @Deactivate
    void stop() {
        long begun = System.nanoTime();
        workers.stop();
        LOG.info("certificates: stopped within {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    private Holdings of(DestinationId destination) {
        load();
        if (unread.contains(destination)) {
            Holdings read = readStored(destination);
            unread.remove(destination);
            put(destination, read);
        }
        return holdings.getOrDefault(destination, Holdings.EMPTY);
    }

    private void readUnread() {
        load();
        for (DestinationId id : List.copyOf(unread)) {
            try {
                of(id);
            } catch (RegistryException e) {
                LOG.debug("{}: its certificates still cannot be read", id, e);
            }
        }
    }

    private void load() {
        if (loaded) {
            return;
        }
        Set<DestinationId> gone = new HashSet<>(holdings.keySet());
        for (String name : secrets.names(StoredForm.PREFIX)) {
            DestinationId id = StoredForm.id(name);
            gone.remove(id);
            try {
                Holdings read = readStored(id);
                unread.remove(id);
                put(id, read);
            } catch (RegistryException e) {
                // one that was altered must not keep the others from their certificates
                LOG.error("{}: its certificates cannot be read: {}", id, e.getMessage());
                unread.add(id);
            }
        }
        for (DestinationId id : gone) {
            Holdings before = holdings.getOrDefault(id, Holdings.EMPTY);
            put(id, inOrder(before, before.with(StoredCertificates.EMPTY)));
        }
        loaded = true;
    }

    private Holdings readStored(DestinationId id) {
        Holdings before = holdings.getOrDefault(id, Holdings.EMPTY);
        byte[] secret = secrets.get(StoredForm.name(id));
        if (secret == null) {
            return inOrder(before, before.with(StoredCertificates.EMPTY));
        }
        try {
            StoredForm.Read read = StoredForm.read(secret);
            return inOrder(before, before.with(read.stored()).withGeneration(read.generation()));
        } catch (IllegalStateException e) {
            throw new RegistryException(id + ": " + e.getMessage(), e);
        }
    }

    /** {@return what was read, with a generation that nobody saw for something else} */
    private static Holdings inOrder(Holdings before, Holdings read) {
        if (before.sameAs(read)) {
            return before;
        }
        return read.withGeneration(Math.max(read.generation(), before.generation() + 1));
    }

    private void store(DestinationId destination, Holdings before, Holdings next) {
        if (next.stored().equals(before.stored())) {
            return;
        }
        write(() -> {
            String name = StoredForm.name(destination);
            if (next.stored().isEmpty()) {
                secrets.remove(name);
            } else {
                secrets.put(name, StoredForm.write(next.generation(), next.stored()));
            }
        });
    }

    private void write(Runnable write) {
        try {
            write.run();
        } catch (RegistryException e) {
            loaded = false;
            tryAgain(e);
            throw e;
        }
    }

    private void put(DestinationId destination, Holdings next) {
        holdings.put(destination, next);
        watches.deliver(destination, next);
        changes.forEach(Runnable::run);
    }

    private void tryAgain(RegistryException why) {
        if (!retrying) {
            retrying = true;
            if (!Objects.equals(why.getMessage(), told)) {
                LOG.warn("certificates: {}; tried again every {} s", why.getMessage(), retry.toSeconds());
                told = why.getMessage();
            }
            workers.later(retry, this::tellAll);
        }
    }

    private void tellAll() {
        retrying = false;
        RegistryException failed = null;
        for (DestinationId id : watches.watched()) {
            try {
                watches.deliver(id, of(id));
            } catch (RegistryException e) {
                failed = e;
            }
        }
        if (failed == null) {
            told = null;
        } else {
            tryAgain(failed);
        }
    }
}
