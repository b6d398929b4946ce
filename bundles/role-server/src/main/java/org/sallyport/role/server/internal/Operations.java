// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sallyport.api.GatewayId;
import org.sallyport.api.service.Refusal;

/** What all operator services have in common. */
final class Operations {
    /** Whose changes these are in the audit: whoever has the shell is the operator. */
    static final String ACTOR = "shell";

    private Operations() {}

    /**
     * Does something on the role's thread.
     *
     * @param running gives the server that runs; throws {@link Refusal} when none does
     * @param step what to do; what it throws fails the stage
     * @return its result, on the role's thread
     */
    static <T> CompletableFuture<T> on(
            Supplier<GatewayServer> running, Function<GatewayServer, CompletionStage<T>> step) {
        GatewayServer server;
        try {
            server = running.get();
        } catch (Refusal e) {
            return CompletableFuture.failedFuture(e);
        }
        return server.ask(() -> step.apply(server));
    }

    static Refusal noGateway(GatewayId id) {
        return Refusal.notFound("there is no gateway " + id + "; gateway:list shows those that there are");
    }
}
