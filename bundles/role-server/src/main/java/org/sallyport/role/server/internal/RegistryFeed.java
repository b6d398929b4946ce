// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.api.Registration;
import org.sallyport.api.registry.GatewayRegistry;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistryException;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.Refusal;

/**
 * The registry as the role lives with it: it may go and come back, and its last snapshot stays. Safe for every thread.
 *
 * <p>Nothing here holds a lock while it calls the registry, because ending a watch waits for a callback that is on its way.
 */
@Component(service = RegistryFeed.class)
public final class RegistryFeed {
    private static final long ANSWER_SECONDS = 20;

    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Binding current;
    private volatile @Nullable RegistrySnapshot snapshot;

    @Activate
    public RegistryFeed() {}

    /** One registry service while it is there. */
    private final class Binding {
        private final GatewayRegistry registry;
        private long revision = -1;
        private @Nullable Registration watch;

        Binding(GatewayRegistry registry) {
            this.registry = registry;
        }

        void accept(RegistrySnapshot next) {
            synchronized (this) {
                // a registry that came back may have been restored to an earlier revision: only its own order counts
                Binding bound = current;
                if ((bound != null && bound != this) || next.revision() <= revision) {
                    return;
                }
                revision = next.revision();
                snapshot = next;
            }
            watchers.forEach(Runnable::run);
        }
    }

    @Reference(
            service = GatewayRegistry.class,
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRegistry(GatewayRegistry registry) {
        Binding before = current;
        Binding next = new Binding(registry);
        current = next;
        next.watch = registry.watch(next::accept);
        close(before);
    }

    void unbindRegistry(GatewayRegistry registry) {
        Binding bound = current;
        if (bound != null && bound.registry == registry) {
            current = null;
            close(bound);
            watchers.forEach(Runnable::run);
        }
    }

    private static void close(@Nullable Binding binding) {
        if (binding != null && binding.watch != null) {
            binding.watch.close();
        }
    }

    /** {@return whether the registry is there now} */
    boolean present() {
        return current != null;
    }

    /** {@return the last snapshot, null when there never was one} */
    @Nullable
    RegistrySnapshot snapshot() {
        return snapshot;
    }

    /** {@return the last snapshot; fails with {@link Refusal} when there never was one} */
    RegistrySnapshot requireSnapshot() {
        RegistrySnapshot known = snapshot;
        if (known == null) {
            throw away();
        }
        return known;
    }

    /** Tells whenever the snapshot or the presence of the registry changed, on any thread; the watcher must not block. */
    Registration watch(Runnable watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /**
     * Changes the registry.
     *
     * @param transaction as {@link GatewayRegistry#change} wants it; an {@link IllegalArgumentException} of it becomes a
     *     refusal with its message
     * @return the snapshot after it, on a thread of the registry; fails with {@link Refusal}
     */
    CompletableFuture<RegistrySnapshot> change(Function<RegistrySnapshot, List<RegistryChange>> transaction) {
        Binding binding = current;
        if (binding == null) {
            return CompletableFuture.failedFuture(away());
        }
        CompletionStage<RegistrySnapshot> changed;
        try {
            changed = binding.registry.change(before -> decided(transaction, before));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(refusal(e));
        }
        CompletableFuture<RegistrySnapshot> answer = new CompletableFuture<>();
        changed.whenComplete((next, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(refusal(failure));
            } else {
                binding.accept(next);
                answer.complete(next);
            }
        });
        return answer.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).exceptionallyCompose(failure -> {
            return CompletableFuture.failedFuture(refusal(failure));
        });
    }

    private static List<RegistryChange> decided(
            Function<RegistrySnapshot, List<RegistryChange>> transaction, RegistrySnapshot before) {
        try {
            return transaction.apply(before);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static Throwable refusal(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Refusal) {
            return cause;
        }
        if (cause instanceof TimeoutException) {
            return Refusal.unavailable("the registry did not answer within " + ANSWER_SECONDS
                    + " s; whether the change was made shows when it answers again");
        }
        if (cause instanceof RegistryException) {
            return Refusal.unavailable(
                            "the registry could not keep the change, so nothing has changed: " + cause.getMessage())
                    .initCause(cause);
        }
        return cause;
    }

    private static Refusal away() {
        return Refusal.unavailable("the registry is away: bundle org.sallyport.registry does not run; nothing can be"
                + " changed and nobody can attach until it is back");
    }
}
