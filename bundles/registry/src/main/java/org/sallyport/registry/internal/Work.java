// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Something that waits for the store's thread, with the stage that its caller holds. For the store's thread. */
sealed interface Work<T> {
    /** {@return the stage that tells how it went} */
    CompletableFuture<T> outcome();

    /**
     * Asks what the store holds.
     *
     * @param question is given durable contents
     */
    record Read<T>(Function<Contents, T> question, CompletableFuture<T> outcome) implements Work<T> {
        Runnable answer(Contents durable) {
            try {
                T answer = question.apply(durable);
                return () -> outcome.complete(answer);
            } catch (RuntimeException | Error e) {
                return () -> outcome.completeExceptionally(e);
            }
        }
    }

    /**
     * Changes the store. A change that is tried says nothing before the commit that it is part of: even its own failure
     * may rest on a change before it that did not become durable.
     *
     * @param transaction is given the contents, those of changes in the same commit included
     */
    record Change<T>(Function<Contents, Step<T>> transaction, CompletableFuture<T> outcome) implements Work<T> {
        Tried attempt(Contents contents) {
            try {
                Step<T> step = transaction.apply(contents);
                return new Tried(step, () -> outcome.complete(step.result()));
            } catch (RuntimeException | Error e) {
                return new Tried(null, () -> outcome.completeExceptionally(e));
            }
        }
    }

    /**
     * A change before its commit.
     *
     * @param step what it does; null: it failed by itself
     * @param tell tells its caller, after the commit
     */
    record Tried(@Nullable Step<?> step, Runnable tell) {}
}
