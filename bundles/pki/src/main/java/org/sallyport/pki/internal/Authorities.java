// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.time.Instant;
import org.sallyport.api.pki.KeyMaterial;

/**
 * The three certificate authorities of a server, made at first start. They are apart so that none can be used for what
 * another is trusted with.
 *
 * @param tunnel signs this server's tunnel certificate and nothing else; clients know its key from their tokens
 * @param ingress for certificates that applications see
 * @param applications for certificates that applications show
 */
record Authorities(KeyMaterial tunnel, KeyMaterial ingress, KeyMaterial applications) {
    /** The secret that holds the CA for applications. */
    static final String APPLICATIONS = "ca.applications";

    /**
     * Reads the authorities, or makes them.
     *
     * @param secrets where they are kept
     * @param certificates makes them
     * @param serverName part of their names, so that people can tell servers apart
     * @param now when they are made
     * @return all three, durable
     */
    static Authorities of(Secrets secrets, Certificates certificates, String serverName, Instant now) {
        return new Authorities(
                authority(secrets, certificates, "tunnel", serverName, now),
                authority(secrets, certificates, "ingress", serverName, now),
                authority(secrets, certificates, "applications", serverName, now));
    }

    /**
     * Reads or makes the CA of certificates that clients show to resources. It is apart from the three, and made only when
     * somebody needs it: a resource that trusts it must not thereby trust applications.
     *
     * @return its key and certificate, durable
     */
    static KeyMaterial egress(Secrets secrets, Certificates certificates, String serverName, Instant now) {
        return authority(secrets, certificates, "egress", serverName, now);
    }

    private static KeyMaterial authority(
            Secrets secrets, Certificates certificates, String role, String serverName, Instant now) {
        return secrets.getOrMake(
                "ca." + role,
                () -> certificates.authority(serverName + " " + role + " CA", now),
                StoredKey::readMaterial,
                StoredKey::write);
    }
}
