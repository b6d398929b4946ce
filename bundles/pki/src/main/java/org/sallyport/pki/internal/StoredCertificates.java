// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.pki.ApplicationCertificate;
import org.sallyport.api.pki.CertificateNames;
import org.sallyport.api.pki.CertificateRole;
import org.sallyport.api.pki.CertificateView.Origin;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.Leg;

/**
 * What a destination has that outlives the process. Immutable.
 *
 * @param held what was uploaded, issued or asked for, by role
 * @param issuer the CA that issued to applications; null: none was issued
 * @param issued the certificates that it issued
 * @param requests keys whose certificates were asked for and did not come yet
 * @param names what the certificates of clients at the ingress are for; null: nobody decided
 * @param completed legs of which the other end holds something, so that what is here is not all; that itself is never stored
 */
record StoredCertificates(
        Map<CertificateRole, Held> held,
        @Nullable X509Certificate issuer,
        List<Issued> issued,
        Map<Leg, KeyPair> requests,
        @Nullable CertificateNames names,
        Set<Leg> completed) {
    static final StoredCertificates EMPTY = new StoredCertificates(Map.of(), null, List.of(), Map.of(), null, Set.of());

    StoredCertificates {
        held = Map.copyOf(held);
        issued = List.copyOf(issued);
        requests = Map.copyOf(requests);
        completed = Set.copyOf(completed);
    }

    /**
     * What one role has.
     *
     * @param key the key, if it is a role with one
     * @param certificates the key's chain, or certificates to trust
     */
    record Held(@Nullable PrivateKey key, List<X509Certificate> certificates, Origin origin) {
        Held {
            certificates = List.copyOf(certificates);
        }

        static Held of(KeyMaterial material, Origin origin) {
            return new Held(material.key(), material.chain(), origin);
        }

        @Nullable
        KeyMaterial material() {
            return key == null ? null : new KeyMaterial(key, certificates);
        }

        @Override
        public String toString() {
            return "Held[" + origin + ", " + certificates.size() + " certificates]";
        }
    }

    /** A certificate that was issued to an application, and since when it is revoked. */
    record Issued(X509Certificate certificate, @Nullable Instant revoked) {
        ApplicationCertificate view() {
            return new ApplicationCertificate(Facts.of(certificate), revoked);
        }
    }

    boolean isEmpty() {
        return equals(EMPTY);
    }

    @Nullable
    Held held(CertificateRole role) {
        return held.get(role);
    }

    /** {@return the serials of certificates that are not revoked} */
    Set<BigInteger> serials() {
        Set<BigInteger> serials = new HashSet<>();
        for (Issued one : issued) {
            if (one.revoked() == null) {
                serials.add(one.certificate().getSerialNumber());
            }
        }
        return serials;
    }

    StoredCertificates with(CertificateRole role, @Nullable Held next) {
        Map<CertificateRole, Held> all = new EnumMap<>(CertificateRole.class);
        all.putAll(held);
        if (next == null) {
            all.remove(role);
        } else {
            all.put(role, next);
        }
        return new StoredCertificates(all, issuer, issued, requests, names, completed);
    }

    StoredCertificates withRequest(Leg leg, @Nullable KeyPair pair) {
        Map<Leg, KeyPair> all = new EnumMap<>(Leg.class);
        all.putAll(requests);
        if (pair == null) {
            all.remove(leg);
        } else {
            all.put(leg, pair);
        }
        return new StoredCertificates(held, issuer, issued, all, names, completed);
    }

    StoredCertificates withIssued(X509Certificate by, List<Issued> next) {
        return new StoredCertificates(held, by, next, requests, names, completed);
    }

    StoredCertificates withNames(CertificateNames next) {
        return new StoredCertificates(held, issuer, issued, requests, next, completed);
    }

    StoredCertificates withCompleted(Set<Leg> legs) {
        return new StoredCertificates(held, issuer, issued, requests, names, legs);
    }

    /** {@return this with one certificate more, and without those that expired before {@code dropped}} */
    StoredCertificates plus(X509Certificate by, X509Certificate certificate, Instant dropped) {
        List<Issued> next = new ArrayList<>(issued);
        next.removeIf(one -> one.certificate().getNotAfter().toInstant().isBefore(dropped));
        next.add(new Issued(certificate, null));
        return withIssued(by, next);
    }
}
