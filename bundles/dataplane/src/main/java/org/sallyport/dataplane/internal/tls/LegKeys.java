// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegCertificates;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.spi.TlsPolicy;

/**
 * Keys and trust of the legs, from a service that may come and go: while it is away, what it told last stays in force. Safe
 * for every thread.
 */
public final class LegKeys implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final Set<Watch> watches = new HashSet<>();
    private final ThreadPoolExecutor workers;
    private final LegContexts contexts = new LegContexts(TlsPolicy.provider());
    private @Nullable LegCertificates service;

    /** Nothing is watched yet, and nobody is there who knows. */
    public LegKeys() {
        workers = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "sallyport-tls");
            thread.setDaemon(true);
            return thread;
        });
        workers.allowCoreThreadTimeOut(true);
    }

    /** Somebody who knows is there. */
    public synchronized void bind(LegCertificates certificates) {
        service = certificates;
        watches.forEach(watch -> watch.begin(certificates));
    }

    /** It goes. */
    public synchronized void unbind(LegCertificates certificates) {
        if (service == certificates) {
            service = null;
            watches.forEach(Watch::end);
        }
    }

    /** {@return where contexts are made, which takes too long for an event loop} */
    ExecutorService workers() {
        return workers;
    }

    LegContexts contexts() {
        return contexts;
    }

    /**
     * Watches one leg.
     *
     * @param destination whose
     * @param leg which
     * @param watcher is told on {@link #workers}
     * @return ends the watch
     */
    synchronized Registration watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {
        Watch watch = new Watch(destination, leg, watcher);
        watches.add(watch);
        LegCertificates known = service;
        if (known != null) {
            watch.begin(known);
        }
        return () -> forget(watch);
    }

    private synchronized void forget(Watch watch) {
        watches.remove(watch);
        watch.end();
    }

    /** Ends the threads. */
    @Override
    public void close() {
        workers.shutdownNow();
    }

    /** A watch that outlives the service. Guarded by the keys. */
    private final class Watch {
        private final DestinationId destination;
        private final Leg leg;
        private final Consumer<LegMaterial> watcher;
        private @Nullable Registration begun;

        Watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {
            this.destination = destination;
            this.leg = leg;
            this.watcher = watcher;
        }

        void begin(LegCertificates known) {
            end();
            begun = known.watch(destination, leg, material -> workers.execute(() -> watcher.accept(material)));
        }

        void end() {
            Registration one = begun;
            begun = null;
            if (one != null) {
                one.close();
            }
        }
    }
}
