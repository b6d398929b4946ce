// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.relay;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The open connections of one destination at this end. Safe for every thread. */
public final class ConnectionGroup {
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final List<Drain> drains = new CopyOnWriteArrayList<>();

    void add(Connection connection) {
        open.add(connection);
    }

    void remove(Connection connection) {
        open.remove(connection);
        for (Drain drain : drains) {
            drain.left(connection);
        }
    }

    /** {@return whether there is none} */
    public boolean isEmpty() {
        return open.isEmpty();
    }

    /**
     * Lets connections that are open now finish, and resets those that are still open at the deadline. One that joins later
     * is not its business: who begins a connection looks after that whether it still may be.
     *
     * @param which of them
     * @param deadline from now
     * @param reason of the reset
     * @param timer keeps the deadline
     * @return completes when none of them is left
     */
    public CompletionStage<Void> drain(
            Predicate<Connection> which, Duration deadline, String reason, EventExecutor timer) {
        Drain drain = new Drain();
        drains.add(drain);
        for (Connection connection : open) {
            if (which.test(connection)) {
                drain.left.add(connection);
            }
        }
        // those that left while they were collected did not find themselves in the drain
        drain.left.removeIf(connection -> !open.contains(connection));
        drain.left.forEach(Connection::drain);
        drain.collected();
        CompletionStage<Void> done = drain.done;
        if (deadline.isZero()) {
            drain.left.forEach(connection -> connection.abort(reason));
        } else if (!drain.left.isEmpty()) {
            Future<?> alarm = timer.schedule(
                    () -> drain.left.forEach(connection -> connection.abort(reason)),
                    deadline.toNanos(),
                    TimeUnit.NANOSECONDS);
            done.thenRun(() -> alarm.cancel(false));
        }
        return done.thenRun(() -> drains.remove(drain));
    }

    /** Some connections on their way out. */
    private static final class Drain {
        private final Set<Connection> left = ConcurrentHashMap.newKeySet();
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        /** Before that, an empty set means nothing. */
        private volatile boolean complete;

        /** All who have to leave are known. */
        void collected() {
            complete = true;
            look();
        }

        void left(Connection connection) {
            left.remove(connection);
            look();
        }

        private void look() {
            if (complete && left.isEmpty()) {
                done.complete(null);
            }
        }
    }
}
