// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Registration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which callers and watchers are told, so that none of them holds up a write. A watcher that is slow skips
 * contents, never the latest; a watcher that blocks holds up the others.
 */
final class Herald {
    private static final Logger LOG = LoggerFactory.getLogger(Herald.class);
    private static final long STOP_SECONDS = 2;

    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Contents> announced = new AtomicReference<>();
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
                Thread thread = new Thread(task, "sallyport-registry-herald");
                thread.setDaemon(true);
                return thread;
            },
            // after its end nobody may be left waiting
            (task, pool) -> task.run());

    /** Tells a caller how its work went. */
    void tell(Runnable outcome) {
        executor.execute(() -> {
            try {
                outcome.run();
            } catch (RuntimeException e) {
                LOG.error("registry: somebody who was told failed", e);
            }
        });
    }

    /** Tells all watchers of contents, unless they know them or later ones. */
    void announce(Contents contents) {
        if (announced.getAndAccumulate(contents, Herald::later) == null) {
            tell(() -> {
                Contents latest = announced.getAndSet(null);
                if (latest != null) {
                    watches.forEach(watch -> watch.deliver(latest));
                }
            });
        }
    }

    private static @Nullable Contents later(@Nullable Contents one, @Nullable Contents other) {
        return one == null
                        || (other != null
                                && other.registry().revision() >= one.registry().revision())
                ? other
                : one;
    }

    /** {@return how many still wait to be told} */
    int backlog() {
        return executor.getQueue().size();
    }

    Registration watch(Consumer<Contents> watcher) {
        Watch watch = new Watch(watcher);
        watches.add(watch);
        return () -> {
            watches.remove(watch);
            watch.end();
        };
    }

    void stop() throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("registry: somebody who was told did not return within {} s", STOP_SECONDS);
        }
    }

    /** A watcher that can be ended while contents are on their way to it. */
    private static final class Watch {
        private final Consumer<Contents> watcher;
        private long known = -1;
        private boolean ended;

        Watch(Consumer<Contents> watcher) {
            this.watcher = watcher;
        }

        synchronized void deliver(Contents contents) {
            if (ended || contents.registry().revision() <= known) {
                return;
            }
            known = contents.registry().revision();
            try {
                watcher.accept(contents);
            } catch (RuntimeException e) {
                LOG.error("registry: a watcher failed on revision {}", known, e);
            }
        }

        synchronized void end() {
            ended = true;
        }
    }
}
