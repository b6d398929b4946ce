// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue, one thread. It stands in the bundle that never goes while anything of ours runs, so that no publisher has to
 * live without it.
 */
@Component(service = EventHub.class)
public final class QueuedEventHub implements EventHub {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedEventHub.class);
    private static final int MAX_QUEUED_FLOWS = 10_000;
    private static final int MAX_PAST = 1000;
    private static final long STOP_SECONDS = 2;

    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final AtomicLong dropped = new AtomicLong();
    /** Touched on the one thread only. */
    private final Deque<Event> past = new ArrayDeque<>();

    private final ThreadPoolExecutor executor;

    @Activate
    public QueuedEventHub() {
        executor = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "sallyport-events");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public void publish(Event event) {
        boolean flow = event instanceof Event.FlowEnded || event instanceof Event.FlowRefused;
        if (flow && executor.getQueue().size() >= MAX_QUEUED_FLOWS) {
            dropped.incrementAndGet();
            return;
        }
        executor.execute(() -> {
            if (!flow && !(event instanceof Event.DestinationChanged)) {
                remember(event);
            }
            for (Subscription subscription : subscriptions) {
                subscription.deliver(event);
            }
        });
    }

    private void remember(Event event) {
        if (past.size() == MAX_PAST) {
            past.removeFirst();
        }
        past.addLast(event);
    }

    @Override
    public Registration subscribe(Consumer<Event> subscriber) {
        Subscription subscription = new Subscription(subscriber);
        subscriptions.add(subscription);
        return () -> end(subscription);
    }

    @Override
    public Registration subscribeWithPast(Consumer<Event> subscriber) {
        Subscription subscription = new Subscription(subscriber);
        executor.execute(() -> {
            past.forEach(subscription::deliver);
            subscriptions.add(subscription);
        });
        return () -> end(subscription);
    }

    private void end(Subscription subscription) {
        subscription.end();
        executor.execute(() -> subscriptions.remove(subscription)); // behind its beginning, if that is still to come
    }

    @Override
    public long dropped() {
        return dropped.get();
    }

    @Deactivate
    void stop() throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn(
                    "event hub: a subscriber did not finish within {} s; {} events were not delivered",
                    STOP_SECONDS,
                    executor.shutdownNow().size());
        }
    }

    /** A subscriber that can be ended while an event is on its way to it. */
    private static final class Subscription {
        private final Consumer<Event> subscriber;
        private boolean ended;

        Subscription(Consumer<Event> subscriber) {
            this.subscriber = subscriber;
        }

        synchronized void deliver(Event event) {
            if (ended) {
                return;
            }
            try {
                subscriber.accept(event);
            } catch (RuntimeException e) {
                LOG.error("event hub: a subscriber failed on {}", event, e);
            }
        }

        synchronized void end() {
            ended = true;
        }
    }
}
