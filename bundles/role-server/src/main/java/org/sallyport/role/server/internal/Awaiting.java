// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.sallyport.api.Registration;
import org.sallyport.api.service.Refusal;

/** Callers that wait for something to become true; asked again after everything that may have changed it. On the role's thread. */
final class Awaiting {
    private final RoleThread thread;
    private final List<Wish<?>> wishes = new ArrayList<>();

    Awaiting(RoleThread thread) {
        this.thread = thread;
    }

    private record Wish<T>(Supplier<T> look, Predicate<T> fulfilled, CompletableFuture<T> result) {
        /** {@return whether it needs no more looking} */
        boolean settled() {
            if (result.isDone()) {
                return true;
            }
            try {
                T seen = look.get();
                if (!fulfilled.test(seen)) {
                    return false;
                }
                result.complete(seen);
            } catch (RuntimeException e) { // for example: it was deleted meanwhile
                result.completeExceptionally(e);
            }
            return true;
        }
    }

    /**
     * Waits.
     *
     * @param look shows how it is now; what it throws ends the wait
     * @param fulfilled whether that is what is waited for
     * @param limit how long
     * @param tooLate the refusal when it did not come true in time
     * @return what was seen
     */
    <T> CompletableFuture<T> until(
            Supplier<T> look, Predicate<T> fulfilled, Duration limit, Function<T, Refusal> tooLate) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Wish<T> wish = new Wish<>(look, fulfilled, result);
        if (wish.settled()) {
            return result;
        }
        wishes.add(wish);
        Registration timer = thread.after(limit, () -> {
            wishes.remove(wish);
            if (!wish.settled()) {
                result.completeExceptionally(tooLate.apply(look.get()));
            }
        });
        return result.whenComplete((seen, failure) -> timer.close());
    }

    /** Something changed. */
    void look() {
        wishes.removeIf(Wish::settled);
    }

    /** Nothing will change any more. */
    void end(Refusal refusal) {
        List<Wish<?>> left = List.copyOf(wishes);
        wishes.clear();
        left.forEach(wish -> wish.result().completeExceptionally(refusal));
    }
}
