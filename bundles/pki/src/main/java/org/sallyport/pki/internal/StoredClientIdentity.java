// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.security.SecureRandom;
import java.time.Clock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.pki.Fingerprints;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.registry.SecretStore;

/**
 * The client's own key, made at first start. A delayed component, so that a server makes none; making it waits for the
 * secret store as {@link RenewingTunnelAuthority} does.
 */
@Component
public final class StoredClientIdentity implements ClientIdentity {
    private static final String SECRET = "client.key";

    private final KeyMaterial material;
    private final String fingerprint;

    @Activate
    public StoredClientIdentity(@Reference SecretStore secrets) {
        this(secrets, Clock.systemUTC(), new SecureRandom());
    }

    StoredClientIdentity(SecretStore secrets, Clock clock, SecureRandom random) {
        this.material = new Secrets(secrets)
                .getOrMake(
                        SECRET,
                        () -> new Certificates(random).bare("Sallyport client", clock.instant()),
                        StoredKey::readMaterial,
                        StoredKey::write);
        this.fingerprint = Fingerprints.of(material.certificate().getPublicKey());
    }

    @Override
    public KeyMaterial material() {
        return material;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }
}
