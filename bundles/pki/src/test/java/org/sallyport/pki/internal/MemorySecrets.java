// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.SecretStore;

/** Secrets of a test, with faults on request. */
final class MemorySecrets implements SecretStore {
    final TreeMap<String, byte[]> stored = new TreeMap<>();
    final List<String> written = new ArrayList<>();

    @Nullable
    volatile RegistryException failure;

    boolean hangs;

    @Override
    public CompletionStage<byte @Nullable []> get(String name) {
        return answer(stored.get(name));
    }

    @Override
    public CompletionStage<byte[]> putIfAbsent(String name, byte[] secret) {
        if (failure == null && stored.putIfAbsent(name, secret.clone()) == null) {
            written.add(name);
        }
        return answer(stored.get(name));
    }

    @Override
    public CompletionStage<Void> put(String name, byte[] secret) {
        if (failure == null) {
            stored.put(name, secret.clone());
            written.add(name);
        }
        return answer(null);
    }

    @Override
    public CompletionStage<Void> remove(String name) {
        if (failure == null) {
            stored.remove(name);
        }
        return answer(null);
    }

    @Override
    public CompletionStage<List<String>> names(String prefix) {
        return answer(List.copyOf(
                stored.keySet().stream().filter(name -> name.startsWith(prefix)).toList()));
    }

    private <T> CompletionStage<T> answer(T value) {
        if (hangs) {
            return new CompletableFuture<>();
        }
        return failure == null ? CompletableFuture.completedStage(value) : CompletableFuture.failedStage(failure);
    }
}
