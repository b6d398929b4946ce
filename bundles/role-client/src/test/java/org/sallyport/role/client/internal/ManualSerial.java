// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import org.sallyport.api.Registration;

/** {@link Serial} whose time the test moves. Tasks run in {@link #run} only, as those of a thread would: never inside another. */
final class ManualSerial implements Serial {
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final List<Timer> timers = new ArrayList<>();
    private long now = 1_000_000_000L;

    private record Timer(long at, Runnable task) {}

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Registration after(Duration delay, Runnable task) {
        Timer timer = new Timer(now + delay.toNanos(), task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public long nanos() {
        return now;
    }

    /** Runs what is ready, and what that makes ready. */
    void run() {
        for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
            task.run();
        }
    }

    /** Lets time pass; timers run in their order. */
    void advance(Duration duration) {
        run();
        long end = now + duration.toNanos();
        for (Timer next = next(end); next != null; next = next(end)) {
            timers.remove(next);
            now = Math.max(now, next.at());
            next.task().run();
            run();
        }
        now = end;
    }

    private Timer next(long end) {
        return timers.stream()
                .filter(timer -> timer.at() <= end)
                .min(Comparator.comparingLong(Timer::at))
                .orElse(null);
    }
}
