// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;

/** Keeps what is published, for tests to wait for. */
public final class RecordedEvents implements EventHub {
    private static final long LIMIT_SECONDS = 20;

    private final BlockingQueue<Event> arriving = new LinkedBlockingQueue<>();
    private final Queue<Event> all = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(Event event) {
        all.add(event);
        arriving.add(event);
    }

    @Override
    public Registration subscribe(Consumer<Event> subscriber) {
        throw new UnsupportedOperationException("tests ask");
    }

    @Override
    public Registration subscribeWithPast(Consumer<Event> subscriber) {
        throw new UnsupportedOperationException("tests ask");
    }

    @Override
    public long dropped() {
        return 0;
    }

    /** {@return all events so far} */
    public List<Event> all() {
        return List.copyOf(all);
    }

    /** {@return how many events of a kind there were so far} */
    public long count(Class<? extends Event> kind) {
        return all.stream().filter(kind::isInstance).count();
    }

    /**
     * Waits for an event among those that nobody waited for yet; others that come before it are passed over.
     *
     * @param kind of it
     * @param which one
     * @return the event
     */
    public <E extends Event> E await(Class<E> kind, Predicate<E> which) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        try {
            while (true) {
                Event event = arriving.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (event == null) {
                    throw new AssertionError(
                            "no such " + kind.getSimpleName() + " within " + LIMIT_SECONDS + " s; there were " + all);
                }
                if (kind.isInstance(event) && which.test(kind.cast(event))) {
                    return kind.cast(event);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for any event of a kind. */
    public <E extends Event> E await(Class<E> kind) {
        return await(kind, any -> true);
    }
}
