// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;

/** Destinations on the server. Stages fail with {@link Refusal} when something cannot be done as asked. */
@ProviderType
public interface DestinationService {
    /**
     * What a new destination is to be.
     *
     * @param listenPort the server's port of an on-premises destination (null: one of the range), the client's port of a
     *     cloud destination
     */
    record Draft(
            GatewayId gateway,
            String name,
            Direction direction,
            String protocol,
            HostPort resource,
            @Nullable Integer listenPort,
            DestinationOptions options) {}

    /**
     * What is to change; null leaves a value as it is.
     *
     * @param options makes the new options of the old ones; pure, because it may be asked more than once, and throws
     *     {@link IllegalArgumentException} when they do not go together
     */
    record Update(
            @Nullable String name,
            @Nullable String protocol,
            @Nullable HostPort resource,
            @Nullable Integer listenPort,
            UnaryOperator<DestinationOptions> options) {}

    /** One leg of a test, in the order in which connections pass them. */
    record Leg(String leg, boolean passed, String text) {}

    CompletionStage<Outcome<DestinationView>> create(Draft draft);

    /** Lists those of one gateway, or of all when it is null. */
    CompletionStage<List<DestinationView>> list(@Nullable GatewayId gateway);

    CompletionStage<DestinationView> show(DestinationId id);

    CompletionStage<Outcome<DestinationView>> update(DestinationId id, Update update);

    CompletionStage<Outcome<DestinationView>> enable(DestinationId id, boolean enabled);

    CompletionStage<Outcome<DestinationView>> delete(DestinationId id);

    /** Waits until what was changed of a destination's certificates is in force, at clients too. */
    CompletionStage<Outcome<DestinationView>> certificatesChanged(DestinationId id);

    /** Tries the way to the resource and says which leg fails. */
    CompletionStage<List<Leg>> test(DestinationId id);

    /** Waits for a state; see {@link GatewayService#await}. */
    CompletionStage<DestinationView> await(DestinationId id, String state, Duration limit);
}
