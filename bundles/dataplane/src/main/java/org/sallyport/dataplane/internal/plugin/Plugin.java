// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.plugin;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service that others run code of, and a count of those who do. Safe for every thread.
 *
 * @param <T> what it is
 */
public final class Plugin<T> {
    private static final int GONE = Integer.MIN_VALUE;

    private final String name;
    private final T service;
    private final int ranking;
    private final long id;
    /** How many use it; the sign bit says that nobody may begin any more. */
    private final AtomicInteger users = new AtomicInteger();

    private final CompletableFuture<Void> released = new CompletableFuture<>();

    /**
     * @param name under which it is asked for
     * @param service what is run
     * @param ranking the higher one of two with one name is taken
     * @param id breaks ties: the older one is taken
     */
    Plugin(String name, T service, int ranking, long id) {
        this.name = name;
        this.service = service;
        this.ranking = ranking;
        this.id = id;
    }

    public String name() {
        return name;
    }

    public T service() {
        return service;
    }

    int ranking() {
        return ranking;
    }

    long id() {
        return id;
    }

    /** {@return whether its code may be run; if so, {@link #leave} must follow when it is no longer run} */
    public boolean enter() {
        int seen = users.get();
        while (seen >= 0) {
            if (users.compareAndSet(seen, seen + 1)) {
                return true;
            }
            seen = users.get();
        }
        return false;
    }

    /** {@return whether it is being removed: who entered has to leave soon} */
    public boolean isRetired() {
        return users.get() < 0;
    }

    /** Ends what {@link #enter} began. */
    public void leave() {
        if (users.decrementAndGet() == GONE) {
            released.complete(null);
        }
    }

    /** {@return how many use it now} */
    int users() {
        return users.get() & Integer.MAX_VALUE;
    }

    /** Nobody enters any more. Completes when the last user has left. */
    CompletionStage<Void> retire() {
        int before = users.getAndUpdate(count -> count | GONE);
        if (before == 0 || before == GONE) {
            released.complete(null);
        }
        return released;
    }
}
