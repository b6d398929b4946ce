// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.launcher;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How the process ends. A first signal, or a bundle that calls {@link System#exit}, leads into the JVM's shutdown, whose
 * one hook stops the container in order and then halts with the right code: the JVM's own would be 143 after SIGTERM. A
 * second signal halts at once.
 */
final class Ending {
    /** A bundle that ends the process leaves the exit code here. */
    static final String EXIT = "sallyport.exit";

    /** Longer than the longest drain that can be configured, with room for the rest. */
    private static final long STOP_SECONDS = 75;

    private final Container container;
    private final InstanceLock lock;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private volatile int code = Sallyport.FAILED;

    Ending(Container container, InstanceLock lock) {
        this.container = container;
        this.lock = lock;
    }

    /** From now on signals and exits are handled here. */
    void arm() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "sallyport-stop"));
        handle("TERM");
        handle("INT");
        handle("HUP");
    }

    private void handle(String name) {
        Signals.handle(name, () -> {
            if (signalled.compareAndSet(false, true)) {
                new Thread(() -> end(Sallyport.OK), "sallyport-signal").start();
            } else {
                System.err.println("sallyport: ended at once by a second signal");
                Runtime.getRuntime().halt(Sallyport.FAILED);
            }
        });
    }

    /**
     * Ends the process in order; does not return.
     *
     * @param exitCode the exit code, unless a bundle left one
     */
    void end(int exitCode) {
        code = exitCode;
        System.exit(exitCode);
    }

    private void stop() {
        int last = Integer.getInteger(EXIT, code);
        try {
            if (!container.stop(STOP_SECONDS)) {
                System.err.println("sallyport: not everything stopped within " + STOP_SECONDS + " s");
                last = Sallyport.FAILED;
            }
        } catch (InterruptedException e) {
            last = Sallyport.FAILED;
        }
        lock.release();
        Runtime.getRuntime().halt(last);
    }
}
