// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.SecretStore;

/**
 * The secret store for those who may wait for it: components while they are activated, because they are services only when
 * what they hold is durable, and threads of this bundle. It is a file on this machine, milliseconds away; the limit is for a
 * disk that hangs. All fails with {@link RegistryException}.
 */
final class Secrets {
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final SecretStore store;

    Secrets(SecretStore store) {
        this.store = store;
    }

    /** {@return a secret's bytes, or null when there is none} */
    byte @Nullable [] get(String name) {
        return await(name, store.get(name));
    }

    /**
     * Reads what is stored, or makes it at first start.
     *
     * @param name the secret's name
     * @param make makes it; called only when there is none
     * @param read reads its stored form
     * @param write writes its stored form
     * @return what is stored now, which is another's when two made it at once
     */
    <T> T getOrMake(String name, Supplier<T> make, Function<byte[], T> read, Function<T, byte[]> write) {
        byte[] stored = get(name);
        if (stored == null) {
            stored = await(name, store.putIfAbsent(name, write.apply(make.get())));
        }
        return read.apply(stored);
    }

    /** {@return the names that begin with {@code prefix}} */
    List<String> names(String prefix) {
        return await(prefix, store.names(prefix));
    }

    /** Forgets a secret; durable when this returns. */
    void remove(String name) {
        await(name, store.remove(name));
    }

    /** Replaces a secret; durable when this returns. */
    void put(String name, byte[] secret) {
        await(name, store.put(name, secret));
    }

    private static <T extends @Nullable Object> T await(String name, CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new RegistryException("secret '" + name + "': " + message(e), e);
        } catch (TimeoutException e) {
            throw new RegistryException(
                    "secret '" + name + "': the store did not answer within " + LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException("secret '" + name + "': interrupted while waiting for the store", e);
        }
    }

    private static @Nullable String message(ExecutionException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }
}
