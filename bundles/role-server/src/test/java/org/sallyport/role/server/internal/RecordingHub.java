// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;

/** Keeps what happened. */
final class RecordingHub implements EventHub {
    private final List<Consumer<Event>> subscribers = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    @Override
    public void publish(Event event) {
        events.add(event);
        subscribers.forEach(subscriber -> subscriber.accept(event));
    }

    @Override
    public Registration subscribe(Consumer<Event> subscriber) {
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }

    @Override
    public Registration subscribeWithPast(Consumer<Event> subscriber) {
        return subscribe(subscriber);
    }

    @Override
    public long dropped() {
        return 0;
    }

    /** {@return how many events of a kind nobody has taken yet} */
    long count(Class<? extends Event> kind) {
        return events.stream().filter(kind::isInstance).count();
    }

    /** {@return the next event of a kind, others before it are passed over} */
    <T extends Event> T next(Class<T> kind) {
        try {
            for (Event event = events.poll(5, TimeUnit.SECONDS);
                    event != null;
                    event = events.poll(5, TimeUnit.SECONDS)) {
                if (kind.isInstance(event)) {
                    return kind.cast(event);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("no " + kind.getSimpleName() + " within 5 s");
    }
}
