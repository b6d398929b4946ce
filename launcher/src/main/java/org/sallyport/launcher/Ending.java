// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How the process ends. Before the role is ready a signal halts at once. Then a first signal, or a bundle that calls
 * {@link System#exit}, leads into the JVM's shutdown, whose one hook stops the container in order and then halts with the
 * right code: the JVM's own would be 143 after SIGTERM. A second signal halts at once.
 */
final class Ending {
    /** A bundle that ends the process leaves the exit code here. */
    static final String EXIT = "sallyport.exit";

    private static final List<String> SIGNALS = List.of("TERM", "INT", "HUP");

    /** Longer than the longest drain that can be configured, with room for the rest. */
    private static final long STOP_SECONDS = 75;

    private final Container container;
    private final InstanceLock lock;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private volatile boolean ready;
    private final AtomicReference<@Nullable Integer> code = new AtomicReference<>();

    Ending(Container container, InstanceLock lock) {
        this.container = container;
        this.lock = lock;
    }

    /** From now on a signal ends the process as asked: nothing runs yet that would have to stop in order. */
    static void beforeStart() {
        for (String name : SIGNALS) {
            Signals.handle(name, () -> Runtime.getRuntime().halt(Sallyport.OK));
        }
    }

    /** The role is ready: from now on there may be something to drain. */
    void ready() {
        ready = true;
    }

    /** From now on signals and exits are handled here. */
    void arm() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "sallyport-stop"));
        SIGNALS.forEach(this::handle);
    }

    private void handle(String name) {
        Signals.handle(name, () -> {
            if (!ready) {
                // a container that is stopped while it starts complains of that at length, and nobody uses it yet
                release();
                Runtime.getRuntime().halt(Sallyport.OK);
            } else if (signalled.compareAndSet(false, true)) {
                new Thread(() -> end(Sallyport.OK), "sallyport-signal").start();
            } else {
                System.err.println("sallyport: ended at once by a second signal");
                Runtime.getRuntime().halt(Sallyport.FAILED);
            }
        });
    }

    /**
     * Ends the process in order; does not return. What was said first counts: a container that is ended while it starts
     * may well report that it failed.
     *
     * @param exitCode the exit code, unless a bundle left one
     */
    void end(int exitCode) {
        code.compareAndSet(null, exitCode);
        System.exit(exitCode);
    }

    private void stop() {
        Integer said = code.get();
        int last = Integer.getInteger(EXIT, said == null ? Sallyport.FAILED : said);
        try {
            if (!container.stop(STOP_SECONDS)) {
                System.err.println("sallyport: not everything stopped within " + STOP_SECONDS + " s");
                last = Sallyport.FAILED;
            }
        } catch (InterruptedException e) {
            System.err.println("sallyport: the end was interrupted");
            last = Sallyport.FAILED;
        }
        release();
        Runtime.getRuntime().halt(last);
    }

    private void release() {
        InstanceList.remove();
        lock.release();
    }
}
