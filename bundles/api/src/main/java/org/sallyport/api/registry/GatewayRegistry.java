// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.registry;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.Registration;

/**
 * The durable store of gateways, destinations, ACLs and client keys. Callers never block: everything that may wait for a
 * disk or a network is a stage, completed on a thread of the registry on which callers must not block either.
 */
@ProviderType
public interface GatewayRegistry {
    /**
     * Reads the latest snapshot.
     *
     * @return the snapshot; fails with {@link RegistryException} when the store cannot be read
     */
    CompletionStage<RegistrySnapshot> read();

    /**
     * Changes the registry, all or nothing. When the stage completes, the change is on disk and survives a loss of power.
     *
     * @param transaction decides, from the latest snapshot, what is to change; must be pure, because a store that is
     *     shared may call it again when somebody else was faster; what it throws fails the stage and changes nothing
     * @return the snapshot after the change; fails with {@link RegistryException} when the change could not be made
     *     durable, and then nothing has changed
     */
    CompletionStage<RegistrySnapshot> change(Function<RegistrySnapshot, List<RegistryChange>> transaction);

    /**
     * Tells of every change from now on, beginning with the snapshot of now.
     *
     * @param watcher gets each snapshot in the order of revisions; revisions may be skipped, never the latest; called on
     *     one thread at a time
     * @return ends the watch
     */
    Registration watch(Consumer<RegistrySnapshot> watcher);
}
