// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;

/** What a client attaches to. Stages fail with {@link Refusal} when something cannot be done as asked. */
@ProviderType
public interface AttachmentService {
    /**
     * An attachment of this client.
     *
     * @param client its ID, null until the server gave one
     * @param state {@code attached}, {@code connecting} or {@code refused}
     * @param cause why it is not attached, and when it is tried again
     */
    record Attachment(@Nullable String client, String gateway, String server, String state, String cause) {}

    /**
     * Attaches to the gateway of a token and keeps the attachment up until this process ends or it is detached.
     *
     * @param token the text of a token file; a secret
     * @param tunnels how many attachments, 1–64
     * @param server where to connect instead of the token's addresses; null: those
     * @return the IDs of those that are attached: all of them, or after 5 s as many as are by then, and a warning tells why
     *     the others, which go on being tried, are not; fails with {@link Refusal} when the server refuses
     */
    CompletionStage<Outcome<List<ClientId>>> attach(String token, int tunnels, @Nullable HostPort server);

    /** Drains and ends an attachment; it is not tried again. */
    CompletionStage<Outcome<ClientId>> detach(ClientId client);

    /**
     * Drains and ends all attachments to a gateway; they are not tried again. It is the way to end those that have never been
     * attached, which have no ID.
     *
     * @return how many
     */
    CompletionStage<Outcome<Integer>> detachAll(GatewayId gateway);

    /** {@return all attachments, those that are being tried included} */
    List<Attachment> attachments();
}
