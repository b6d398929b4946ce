// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.service.LimitService;
import org.sallyport.api.service.LimitView;
import org.sallyport.api.service.Outcome;

/** One process of a server or a client: its components, and what its event hub says. */
abstract class Node implements AutoCloseable {
    /** No wait of these tests is longer. */
    static final Duration LIMIT = Duration.ofSeconds(40);

    private final Components components;
    private final List<Event> events = new CopyOnWriteArrayList<>();

    Node(Path state, String otherRole, Map<String, Map<String, ?>> configurations, Map<Class<?>, Object> given) {
        synchronized (Node.class) { // the store reads where it lives from a system property, when it is made
            System.setProperty("sallyport.state", state.toString());
            components = new Components(name -> !name.equals(otherRole), configurations, given);
            components.get(EventHub.class).subscribe(event -> {
                synchronized (events) {
                    events.add(event);
                    events.notifyAll();
                }
            });
            components.begin();
        }
    }

    static Map<String, String> withDefaults(Map<String, String> defaults, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(defaults);
        all.putAll(settings);
        return all;
    }

    Components components() {
        return components;
    }

    <T> T get(Class<T> service) {
        return components.get(service);
    }

    /** Waits until an event of a kind that fits was told, now or earlier, but after {@code past} others that fit. */
    <T extends Event> T await(Class<T> kind, int past, Predicate<T> fits) {
        long end = System.nanoTime() + LIMIT.toNanos();
        synchronized (events) {
            while (true) {
                List<T> found = events.stream()
                        .filter(kind::isInstance)
                        .map(kind::cast)
                        .filter(fits)
                        .toList();
                if (found.size() > past) {
                    return found.get(past);
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                assertThat(left)
                        .withFailMessage("no %s number %d; told was %s", kind.getSimpleName(), past + 1, events)
                        .isPositive();
                try {
                    events.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError(e);
                }
            }
        }
    }

    <T extends Event> T await(Class<T> kind) {
        return await(kind, 0, event -> true);
    }

    <T extends Event> int count(Class<T> kind) {
        return (int) events.stream().filter(kind::isInstance).count();
    }

    <T extends Event> int count(Class<T> kind, Predicate<T> fits) {
        return (int) events.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(fits)
                .count();
    }

    /** Changes a limit, the others take their defaults, and waits until it is in force. */
    void limit(String key, String value) {
        int past = count(Event.ConfigurationApplied.class);
        components.configure(LimitSettings.PID, Map.of(key, value));
        await(Event.ConfigurationApplied.class, past, applied -> true);
    }

    /** {@return the limits in force, and what is used of them} */
    List<LimitView> limits() {
        return components.all(LimitService.class).stream()
                .flatMap(keeper -> keeper.limits().stream())
                .toList();
    }

    static LimitView limit(List<LimitView> limits, String key) {
        return limits.stream()
                .filter(limit -> limit.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** The value of a change that went without a warning. */
    static <T> T changed(CompletionStage<Outcome<T>> stage) {
        Outcome<T> outcome = done(stage);
        assertThat(outcome.warnings()).isEmpty();
        return outcome.value();
    }

    @Override
    public void close() {
        components.close();
    }
}
