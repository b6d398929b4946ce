// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who wants to know of which leg. */
final class LegWatches {
    private static final Logger LOG = LoggerFactory.getLogger(LegWatches.class);

    private final Map<DestinationId, List<Watch>> watches = new ConcurrentHashMap<>();

    /** A watcher that is told each material once, one call at a time. */
    final class Watch implements Registration {
        private final DestinationId destination;
        private final Leg leg;
        private final Consumer<LegMaterial> watcher;
        private @Nullable LegMaterial known;
        private boolean ended;

        private Watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {
            this.destination = destination;
            this.leg = leg;
            this.watcher = watcher;
        }

        synchronized void deliver(Holdings now) {
            if (!now.complete(leg)) {
                return; // less than was told before would be trusted more, or nothing shown any more
            }
            LegMaterial material = now.material(destination, leg);
            if (ended || (known != null && known.sameAs(material))) {
                return;
            }
            known = material;
            try {
                watcher.accept(material);
            } catch (RuntimeException e) {
                LOG.error("{}: a watcher of the {} certificates failed", destination, leg, e);
            }
        }

        @Override
        public void close() {
            watches.computeIfPresent(destination, (id, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
            end();
        }

        private synchronized void end() {
            ended = true;
        }
    }

    Watch add(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {
        Watch watch = new Watch(destination, leg, watcher);
        watches.compute(destination, (id, all) -> {
            List<Watch> list = all == null ? new CopyOnWriteArrayList<>() : all;
            list.add(watch);
            return list;
        });
        return watch;
    }

    void deliver(DestinationId destination, Holdings now) {
        watches.getOrDefault(destination, List.of()).forEach(watch -> watch.deliver(now));
    }

    /** {@return the destinations that somebody watches} */
    List<DestinationId> watched() {
        return List.copyOf(watches.keySet());
    }
}
