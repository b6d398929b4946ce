// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.sallyport.api.Registration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Serial} as a thread of its own. A task that fails is logged and stops nothing. */
final class SerialThread implements Serial, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SerialThread.class);

    private final ScheduledThreadPoolExecutor executor;

    SerialThread(String name) {
        executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(logged(task));
    }

    @Override
    public Registration after(Duration delay, Runnable task) {
        Future<?> timer = executor.schedule(logged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    /** Ends the thread after the tasks that were given; timers are called off. */
    @Override
    public void close() {
        executor.shutdown();
    }

    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("client role: a task failed; the role goes on", e);
            }
        };
    }
}
