// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.AclEdit;
import org.sallyport.api.GatewayId;

/** Gateways on the server. Stages fail with {@link Refusal} when something cannot be done as asked. */
@ProviderType
public interface GatewayService {
    /** Days that a token lasts unless it is said otherwise. */
    int DEFAULT_TOKEN_DAYS = 90;

    /**
     * What is to change; null leaves a value as it is.
     *
     * @param admitNewKeys whether a token admits a client key that was not seen before
     * @param aclEdit who may edit the ACL
     * @param maxClients how many clients may be attached at once, 1–1000
     */
    record Update(
            @Nullable String name,
            @Nullable Boolean admitNewKeys,
            @Nullable AclEdit aclEdit,
            @Nullable Integer maxClients) {}

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

    /**
     * Changes a gateway; clients that are attached stay, whatever the new rules.
     *
     * @return the gateway as it is now
     */
    CompletionStage<Outcome<GatewayView>> update(GatewayId id, Update update);

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
