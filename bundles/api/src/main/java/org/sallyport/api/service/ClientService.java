// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;

/** Attached clients as the server sees them. Stages fail with {@link Refusal} when something cannot be done as asked. */
@ProviderType
public interface ClientService {
    CompletionStage<List<ClientView>> list();

    CompletionStage<ClientView> show(ClientId id);

    /** Detaches a client at once, for good: it does not come back by itself. */
    CompletionStage<Outcome<ClientView>> terminate(ClientId id);

    /** Gives a client no new streams, lets the open ones finish up to the deadline, then detaches it; it may come back. */
    CompletionStage<Outcome<ClientView>> drain(ClientId id);

    /** Measures the round trip now, in milliseconds. */
    CompletionStage<Double> probe(ClientId id);

    /** Bars a key for good from every gateway and terminates its clients; the outcome is how many those were. */
    CompletionStage<Outcome<Integer>> block(String fingerprint);

    /** The last attachments and refused tries at a gateway, latest first. */
    CompletionStage<List<ClientHistory>> history(GatewayId gateway);
}
