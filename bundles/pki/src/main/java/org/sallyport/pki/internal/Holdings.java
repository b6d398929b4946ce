// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.DestinationId;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.sallyport.api.pki.PeerTrust;
import org.sallyport.pki.internal.StoredCertificates.Held;

/**
 * All certificates of one destination at this end. Immutable.
 *
 * @param generation grows with each change
 * @param stored what outlives the process
 * @param received what the other end sent, by leg; it comes again with the next tunnel, so that keys which are not this
 *     end's own never lie on its disk
 */
record Holdings(long generation, StoredCertificates stored, Map<Leg, LegMaterial> received) {
    static final Holdings EMPTY = new Holdings(0, StoredCertificates.EMPTY, Map.of());

    Holdings {
        received = Map.copyOf(received);
    }

    Holdings with(StoredCertificates next) {
        return new Holdings(generation, next, received);
    }

    Holdings withGeneration(long next) {
        return new Holdings(next, stored, received);
    }

    Holdings withReceived(LegMaterial material) {
        Map<Leg, LegMaterial> all = new EnumMap<>(Leg.class);
        all.putAll(received);
        LegMaterial plain =
                new LegMaterial(material.destination(), material.leg(), 0, material.key(), material.trust());
        all.put(material.leg(), plain);
        return new Holdings(generation, stored.withCompleted(all.keySet()), all);
    }

    Holdings withoutReceived() {
        return new Holdings(generation, stored.withCompleted(Set.of()), Map.of());
    }

    /** {@return whether all of a leg is here; after a new start what the other end sent has to come again} */
    boolean complete(Leg leg) {
        return received.containsKey(leg) || !stored.completed().contains(leg);
    }

    /** {@return this without keys that were made here, with their certificates and requests} */
    Holdings withoutMade() {
        StoredCertificates next = stored;
        for (Leg leg : Leg.values()) {
            CertificateRole role = CertificateRole.keyOf(leg);
            Held held = next.held(role);
            if (held != null && held.origin() == Origin.REQUESTED) {
                next = next.with(role, null);
            }
            next = next.withRequest(leg, null);
        }
        return with(next);
    }

    boolean sameAs(Holdings other) {
        return stored.equals(other.stored) && received.equals(other.received);
    }

    /** {@return what a data plane needs; what was received goes before what is here} */
    LegMaterial material(DestinationId id, Leg leg) {
        Held here = stored.held(CertificateRole.keyOf(leg));
        KeyMaterial key = here == null ? null : here.material();
        LegMaterial sent = received.get(leg);
        if (sent != null && sent.key() != null) {
            key = sent.key();
        }
        return new LegMaterial(id, leg, generation, key, trust(leg, sent == null ? PeerTrust.NONE : sent.trust()));
    }

    private PeerTrust trust(Leg leg, PeerTrust sent) {
        Set<X509Certificate> anchors = new LinkedHashSet<>(sent.anchors());
        Held here = stored.held(CertificateRole.trustOf(leg));
        if (here != null) {
            anchors.addAll(here.certificates());
        }
        if (leg == Leg.EGRESS) {
            return new PeerTrust(List.copyOf(anchors), null, Set.of());
        }
        X509Certificate issuer = sent.issuer() == null ? stored.issuer() : sent.issuer();
        Set<BigInteger> serials = new HashSet<>(sent.serials());
        serials.addAll(stored.serials());
        if (issuer != null) {
            anchors.add(issuer);
        }
        return new PeerTrust(List.copyOf(anchors), issuer, serials);
    }

    /** {@return what people are shown, in the order of roles} */
    List<CertificateView> views(DestinationId id) {
        List<CertificateView> views = new ArrayList<>();
        for (CertificateRole role : CertificateRole.values()) {
            Held held = stored.held(role);
            LegMaterial sent = received.get(role.leg());
            List<X509Certificate> here = held == null ? List.of() : shown(role, held.certificates());
            if (held != null) {
                here.forEach(one -> views.add(new CertificateView(id, role, held.origin(), Facts.of(one))));
            }
            for (X509Certificate one : shown(role, sent == null ? List.of() : certificates(role, sent))) {
                if (!here.contains(one)) {
                    views.add(new CertificateView(id, role, Origin.RECEIVED, Facts.of(one)));
                }
            }
        }
        return views;
    }

    private static List<X509Certificate> certificates(CertificateRole role, LegMaterial sent) {
        if (!role.hasKey()) {
            return sent.trust().anchors();
        }
        @Nullable KeyMaterial key = sent.key();
        return key == null ? List.of() : key.chain();
    }

    private static List<X509Certificate> shown(CertificateRole role, List<X509Certificate> certificates) {
        return role.hasKey() && !certificates.isEmpty() ? certificates.subList(0, 1) : certificates;
    }
}
