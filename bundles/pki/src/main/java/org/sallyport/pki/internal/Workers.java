// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sallyport.api.Registration;
import org.sallyport.api.service.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads that certificates have, so that nobody else waits: one that holds the state and writes to the store, and
 * one for what takes long, such as passphrases and new keys. So a slow file never keeps a leg from its certificates.
 */
final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final long STOP_SECONDS = 4;
    private static final int MAX_WAITING = 10_000;
    private static final int MAX_WAITING_SLOW = 100;

    private final ScheduledThreadPoolExecutor state = executor("sallyport-certificates");
    private final ScheduledThreadPoolExecutor slow = executor("sallyport-certificate-work");

    /** Does something with the state, one at a time. */
    <T> CompletionStage<T> withState(Callable<T> work) {
        return submit(state, MAX_WAITING, work);
    }

    /** Does something that takes long and touches no state. */
    <T> CompletionStage<T> slowly(Callable<T> work) {
        return submit(slow, MAX_WAITING_SLOW, work);
    }

    /** Does something with the state later, unless all ends before. */
    void later(Duration delay, Runnable work) {
        try {
            // what it throws it handles itself
            ScheduledFuture<?> unused = state.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("certificates: stopped, nothing is tried again");
        }
    }

    /** Does something slow from time to time. */
    Registration every(Duration period, Runnable work) {
        ScheduledFuture<?> runs = slow.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        // the schedule must not end with it
                        LOG.error("certificates: what was not expected", e);
                    }
                },
                period.toNanos(),
                period.toNanos(),
                TimeUnit.NANOSECONDS);
        return () -> runs.cancel(false);
    }

    /** Lets what has begun or waits end, within a few seconds. */
    void stop() {
        slow.shutdown();
        state.shutdown();
        try {
            if (!slow.awaitTermination(STOP_SECONDS / 2, TimeUnit.SECONDS)
                    || !state.awaitTermination(STOP_SECONDS / 2, TimeUnit.SECONDS)) {
                LOG.warn("certificates: work did not end within {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> CompletionStage<T> submit(ScheduledThreadPoolExecutor on, int limit, Callable<T> work) {
        if (on.getQueue().size() >= limit) {
            return CompletableFuture.failedStage(
                    Refusal.unavailable("certificates: " + limit + " requests wait already, try again later"));
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        try {
            on.execute(() -> {
                try {
                    outcome.complete(work.call());
                } catch (Exception e) {
                    outcome.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(
                    Refusal.unavailable("certificates are away: try again when they are back"));
        }
        return outcome.minimalCompletionStage();
    }

    private static ScheduledThreadPoolExecutor executor(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, run -> {
            Thread thread = new Thread(run, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
