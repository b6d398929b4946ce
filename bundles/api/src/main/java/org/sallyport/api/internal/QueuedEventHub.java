// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
 *
 * <p>An event about a flow does not wake the thread: under load there are thousands a second, and to wake another thread costs
 * more than all else that is done for a short connection. They are delivered together, {@value #FLOW_MILLIS} ms later, or as
 * soon as anything else is published.
 */
@Component(service = EventHub.class)
public final class QueuedEventHub implements EventHub {
    private static final Logger LOG = LoggerFactory.getLogger(QueuedEventHub.class);
    private static final int MAX_QUEUED_FLOWS = 10_000;
    private static final long FLOW_MILLIS = 20;
    private static final int MAX_PAST = 1000;
    private static final long STOP_SECONDS = 2;

    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queuedFlows = new AtomicInteger();
    private final AtomicBoolean flowsDue = new AtomicBoolean();
    private final AtomicLong dropped = new AtomicLong();
    /** Touched on the one thread only. */
    private final Deque<Event> past = new ArrayDeque<>();

    private final ScheduledThreadPoolExecutor executor;

    @Activate
    public QueuedEventHub() {
        executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "sallyport-events");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    @Override
    public void publish(Event event) {
        if (event instanceof Event.FlowEnded || event instanceof Event.FlowRefused) {
            publishFlow(event);
        } else {
            queue.add(() -> {
                if (!(event instanceof Event.DestinationChanged)) {
                    remember(event);
                }
                deliver(event);
            });
            executor.execute(this::runQueue);
        }
    }

    private void publishFlow(Event event) {
        if (queuedFlows.incrementAndGet() > MAX_QUEUED_FLOWS) {
            queuedFlows.decrementAndGet();
            dropped.incrementAndGet();
            return;
        }
        queue.add(() -> {
            queuedFlows.decrementAndGet();
            deliver(event);
        });
        if (flowsDue.compareAndSet(false, true)) {
            Object unused = executor.schedule(this::runFlows, FLOW_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void runFlows() {
        flowsDue.set(false);
        runQueue();
    }

    private void runQueue() {
        for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
            next.run();
        }
    }

    private void deliver(Event event) {
        for (Subscription subscription : subscriptions) {
            subscription.deliver(event);
        }
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
        queue.add(() -> {
            past.forEach(subscription::deliver);
            subscriptions.add(subscription);
        });
        executor.execute(this::runQueue);
        return () -> end(subscription);
    }

    private void end(Subscription subscription) {
        subscription.end();
        queue.add(() -> subscriptions.remove(subscription)); // behind its beginning, if that is still to come
        executor.execute(this::runQueue);
    }

    @Override
    public long dropped() {
        return dropped.get();
    }

    @Deactivate
    void stop() throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            executor.shutdownNow();
            LOG.warn(
                    "event hub: a subscriber did not finish within {} s; {} events were not delivered",
                    STOP_SECONDS,
                    queue.size());
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
