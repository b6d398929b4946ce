// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegCertificates;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.api.pki.PeerTrust;

/** Keys and trust in memory: one set for all destinations, that a test may change at any time. Safe for every thread. */
public final class TestLegs implements LegCertificates {
    private record Watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {}

    private final Map<Leg, KeyMaterial> keys = new HashMap<>();
    private final Map<Leg, PeerTrust> trusts = new HashMap<>();
    private final Set<Watch> watches = new HashSet<>();
    private long generation;

    /** Sets what a leg shows, and whom it trusts; tells everybody. */
    public synchronized void set(Leg leg, @Nullable KeyMaterial key, List<X509Certificate> anchors) {
        set(leg, key, new PeerTrust(anchors, null, Set.of()));
    }

    /** Sets a leg of which some peers are revoked. */
    public synchronized void set(Leg leg, KeyMaterial key, X509Certificate issuer, Set<BigInteger> accepted) {
        set(leg, key, new PeerTrust(List.of(issuer), issuer, accepted));
    }

    private void set(Leg leg, @Nullable KeyMaterial key, PeerTrust trust) {
        if (key == null) {
            keys.remove(leg);
        } else {
            keys.put(leg, key);
        }
        trusts.put(leg, trust);
        generation++;
        for (Watch watch : watches) {
            if (watch.leg() == leg) {
                watch.watcher().accept(material(watch.destination(), leg));
            }
        }
    }

    private LegMaterial material(DestinationId destination, Leg leg) {
        return new LegMaterial(destination, leg, generation, keys.get(leg), trusts.getOrDefault(leg, PeerTrust.NONE));
    }

    @Override
    public synchronized CompletionStage<LegMaterial> read(DestinationId destination, Leg leg) {
        return CompletableFuture.completedFuture(material(destination, leg));
    }

    @Override
    public synchronized Registration watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher) {
        Watch watch = new Watch(destination, leg, watcher);
        watches.add(watch);
        watcher.accept(material(destination, leg));
        return () -> forget(watch);
    }

    private synchronized void forget(Watch watch) {
        watches.remove(watch);
    }
}
