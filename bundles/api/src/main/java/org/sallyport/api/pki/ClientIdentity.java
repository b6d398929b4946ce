// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The client's own key: a pair made at first start of an instance, presented in each tunnel handshake in a self-signed
 * certificate. As a service it is there only once the pair is durable.
 */
@ProviderType
public interface ClientIdentity {
    /** {@return the key and its certificate} */
    KeyMaterial material();

    /** {@return the key's fingerprint, see {@link Fingerprints}} */
    String fingerprint();
}
