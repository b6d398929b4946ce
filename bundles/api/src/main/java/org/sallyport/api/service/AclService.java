// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.sallyport.api.AclRule;
import org.sallyport.api.GatewayId;

/**
 * The ACL of a gateway. Offered by the server, and by a client for the gateways that it is attached to (it asks the server).
 * The service property {@link #ROLE} says which; where both are, the server's is used.
 */
@ProviderType
public interface AclService {
    /** Service property: {@code server} or {@code client}. */
    String ROLE = "sallyport.role";

    CompletionStage<AclView> show(GatewayId gateway);

    /** Adds a rule, or replaces the one with its target. */
    CompletionStage<Outcome<AclView>> put(GatewayId gateway, AclRule rule);

    /** Removes the rule with this target. */
    CompletionStage<Outcome<AclView>> remove(GatewayId gateway, String target);

    /** Replaces all rules. */
    CompletionStage<Outcome<AclView>> replace(GatewayId gateway, List<AclRule> rules);
}
