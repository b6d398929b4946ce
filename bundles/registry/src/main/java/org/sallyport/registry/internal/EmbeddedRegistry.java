// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Registration;
import org.sallyport.api.registry.GatewayRegistry;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;

/** The registry of one server, in its own file. */
@Component
public final class EmbeddedRegistry implements GatewayRegistry {
    private final EmbeddedStore store;

    @Activate
    public EmbeddedRegistry(@Reference EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public CompletionStage<RegistrySnapshot> read() {
        Contents known = store.contents();
        return known == null ? store.read(Contents::registry) : CompletableFuture.completedStage(known.registry());
    }

    @Override
    public CompletionStage<RegistrySnapshot> change(Function<RegistrySnapshot, List<RegistryChange>> transaction) {
        requireNonNull(transaction, "transaction");
        return store.change(before -> Transaction.apply(before, transaction.apply(before.registry())));
    }

    @Override
    public Registration watch(Consumer<RegistrySnapshot> watcher) {
        requireNonNull(watcher, "watcher");
        return store.watch(contents -> watcher.accept(contents.registry()));
    }
}
