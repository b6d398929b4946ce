// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;

/**
 * What a data plane asks for keys and trust. Nothing here blocks, so all of it may be called on an event loop; stages
 * complete and watchers are called on a thread of this service, on which nobody may block.
 */
@ProviderType
public interface LegCertificates {
    /**
     * Reads what one leg has now.
     *
     * @param destination whose
     * @param leg which
     * @return the material, empty when the destination has none or is not known; fails with
     *     {@link org.sallyport.api.registry.RegistryException} when the store cannot be read
     */
    CompletionStage<LegMaterial> read(DestinationId destination, Leg leg);

    /**
     * Tells of what one leg has now, then of each change. A change is for handshakes to come: connections that are open
     * keep what they began with. While the store cannot be read nothing is told, nor while what the other end sent before a
     * new start has not come again.
     *
     * @param destination whose
     * @param leg which
     * @param watcher gets each material in the order of generations, the first one soon after this returns, one call at a
     *     time
     * @return ends the watch
     */
    Registration watch(DestinationId destination, Leg leg, Consumer<LegMaterial> watcher);
}
