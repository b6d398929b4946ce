// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.plugin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Registration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is installed of one extension point, as an immutable snapshot that is replaced. Safe for every thread.
 *
 * @param <T> the extension point
 */
public final class PluginRegistry<T> {
    private static final Logger LOG = LoggerFactory.getLogger(PluginRegistry.class);
    private static final Comparator<Plugin<?>> BEST_FIRST =
            Comparator.<Plugin<?>>comparingInt(Plugin::ranking).reversed().thenComparingLong(Plugin::id);

    /** Is told what came and what has to go; quick, on the thread of the change. */
    public interface Watcher<T> {
        /** There is something new under this name. */
        void added(String name);

        /** Nobody may enter this one any more; who is in it has to leave. */
        void retired(Plugin<T> plugin);
    }

    /** A little more than the longest drain that can be configured (50 s). */
    static final Duration PATIENCE = Duration.ofSeconds(55);

    private final String kind;
    private final Duration patience;
    private final List<Watcher<T>> watchers = new CopyOnWriteArrayList<>();
    private volatile Map<String, List<Plugin<T>>> installed = Map.of();

    /**
     * @param kind what it is, for messages
     * @param patience how long {@link #remove} waits for users
     */
    public PluginRegistry(String kind, Duration patience) {
        this.kind = kind;
        this.patience = patience;
    }

    /** {@return the highest-ranking one of this name, null when there is none} */
    public @Nullable Plugin<T> best(String name) {
        List<Plugin<T>> found = installed.get(name);
        return found == null ? null : found.get(0);
    }

    /** Tells somebody about changes from now on. */
    public Registration watch(Watcher<T> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /**
     * Adds one.
     *
     * @param name under which it is asked for
     * @param service what is run
     * @param ranking the higher one of two with one name is taken
     * @param id breaks ties: the older one is taken
     */
    public void add(String name, T service, int ranking, long id) {
        Plugin<T> plugin = new Plugin<>(name, service, ranking, id);
        synchronized (this) {
            Map<String, List<Plugin<T>>> next = new HashMap<>(installed);
            List<Plugin<T>> same = new ArrayList<>(next.getOrDefault(name, List.of()));
            same.add(plugin);
            same.sort(BEST_FIRST);
            next.put(name, List.copyOf(same));
            installed = Map.copyOf(next);
        }
        LOG.info("{} {}: installed", kind, name);
        watchers.forEach(watcher -> watcher.added(name));
    }

    /**
     * Adds a service under the name in its properties; one that has none is of no use to anybody.
     *
     * @param service what is run
     * @param properties its service properties, which decide as OSGi has it: the highest ranking, then the lowest ID
     * @param nameKey the property with its name
     */
    void add(T service, Map<String, Object> properties, String nameKey) {
        if (properties.get(nameKey) instanceof String name) {
            add(
                    name,
                    service,
                    number(properties, "service.ranking").intValue(),
                    number(properties, "service.id").longValue());
        } else {
            LOG.error("{} {}: has no property {}, so nobody can ask for it", kind, service, nameKey);
        }
    }

    private static Number number(Map<String, Object> properties, String key) {
        return properties.get(key) instanceof Number number ? number : Integer.valueOf(0);
    }

    /**
     * Takes one away and returns when nobody runs its code any more; the watchers see to that within their deadlines. Blocks,
     * but never longer than the patience that was given.
     *
     * @param service what was added
     */
    public void remove(T service) {
        Plugin<T> plugin = takeOut(service);
        if (plugin == null) {
            return;
        }
        long begun = System.nanoTime();
        var released = plugin.retire().toCompletableFuture();
        watchers.forEach(watcher -> watcher.retired(plugin));
        try {
            released.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info(
                    "{} {}: removed after {} ms",
                    kind,
                    plugin.name(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        } catch (TimeoutException e) {
            LOG.warn("{} {}: removed while {} connections still use it", kind, plugin.name(), plugin.users(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("{} {}: removed while {} connections still use it", kind, plugin.name(), plugin.users(), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a release never fails", e);
        }
    }

    private synchronized @Nullable Plugin<T> takeOut(T service) {
        for (List<Plugin<T>> same : installed.values()) {
            for (Plugin<T> plugin : same) {
                if (plugin.service() == service) {
                    Map<String, List<Plugin<T>>> next = new HashMap<>(installed);
                    List<Plugin<T>> rest =
                            same.stream().filter(other -> other != plugin).toList();
                    if (rest.isEmpty()) {
                        next.remove(plugin.name());
                    } else {
                        next.put(plugin.name(), rest);
                    }
                    installed = Map.copyOf(next);
                    return plugin;
                }
            }
        }
        return null;
    }
}
