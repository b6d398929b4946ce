// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.GatewayId;

/** Gateways on the server. Stages fail with {@link Refusal} when something cannot be done as asked. */
@ProviderType
public interface GatewayService {
    /** Days that a token lasts unless it is said otherwise. */
    int DEFAULT_TOKEN_DAYS = 90;

    /**
     * Makes a gateway.
     *
     * @param name what the operator calls it
     * @param tokenDays how long its token lasts, 1–365; 0: for ever
     * @param tokenRequired false makes an open gateway
     * @return the new gateway
     */
    CompletionStage<Outcome<GatewayView>> create(String name, int tokenDays, boolean tokenRequired);

    CompletionStage<List<GatewayView>> list();

    CompletionStage<GatewayView> show(GatewayId id);

    CompletionStage<Outcome<GatewayView>> enable(GatewayId id, boolean enabled);

    /** Removes a gateway with its destinations; its clients are detached. */
    CompletionStage<Outcome<GatewayView>> delete(GatewayId id);

    /**
     * Shows the current token, or makes a new one that revokes it. Leaves an audit record.
     *
     * @param regenerate whether to make a new one
     * @param days how long a new one lasts, 0: for ever; null: {@link #DEFAULT_TOKEN_DAYS}
     * @return the token, a secret; of a gateway that requires none, its descriptor
     */
    CompletionStage<Outcome<String>> token(GatewayId id, boolean regenerate, @Nullable Integer days);

    /**
     * Waits for a state.
     *
     * @param state a word of {@link GatewayView#state()}
     * @return the gateway in that state; fails with {@link Refusal} when the time is over, naming the state it is in
     */
    CompletionStage<GatewayView> await(GatewayId id, String state, Duration limit);
}
