// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Registration;
import org.sallyport.api.service.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which all state of the server role lives. Event loops, the registry and callers of services hand their
 * work over to it, so nothing of the role needs a lock.
 */
final class RoleThread implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(RoleThread.class);

    private final ScheduledThreadPoolExecutor executor;

    RoleThread() {
        executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "sallyport-server");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.AbortPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** For stages: runs a task after those that were given before; fails with {@link Refusal} once the thread was stopped. */
    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            throw (Refusal) Refusal.unavailable("the server role is stopping").initCause(e);
        }
    }

    /** Runs a task after those that were given before; once the thread was stopped, not at all. A failure is logged. */
    void post(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException e) {
            LOG.debug("server role: a task came after its end", e);
        }
    }

    /** Runs a task later; closing the registration before that cancels it. */
    Registration after(Duration delay, Runnable task) {
        try {
            Future<?> timer = executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("server role: a timer came after its end", e);
            return () -> {};
        }
    }

    /** Goes on here when a stage has completed, with its value or its failure. */
    <T> void then(CompletionStage<T> stage, BiConsumer<@Nullable T, @Nullable Throwable> next) {
        stage.whenComplete((value, failure) -> post(() -> next.accept(value, failure)));
    }

    /** Asks something on this thread; the answer comes on it too. Fails with {@link Refusal} once the thread was stopped. */
    <T> CompletableFuture<T> ask(Supplier<CompletionStage<T>> question) {
        try {
            return CompletableFuture.supplyAsync(question, this).thenCompose(stage -> stage);
        } catch (Refusal e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("server role: a step failed", e);
            }
        };
    }

    /** Finishes what was handed over, drops timers, and ends; waits for at most the limit. */
    void stop(Duration limit) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("server role: its thread did not end within {} ms", limit.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
