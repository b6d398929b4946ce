// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.Registration;

/**
 * The tunnel CA: signs nothing but this server's tunnel certificate. As a service it is there only once its identity is
 * ready.
 */
@ProviderType
public interface TunnelAuthority {
    /** {@return what the tunnel port shows now; never blocks} */
    TunnelIdentity current();

    /**
     * Tells when the tunnel certificate was replaced; running tunnels are not touched by that.
     *
     * @param watcher gets the identity of now at once, then each new one, one call at a time
     * @return ends the watch
     */
    Registration watch(Consumer<TunnelIdentity> watcher);
}
