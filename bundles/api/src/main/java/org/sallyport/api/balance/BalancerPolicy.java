// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.balance;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A named way to distribute connections, registered as a service with the property {@link #NAME}. The data plane asks for
 * one {@link Balancer} a destination, so that a policy that counts counts per destination.
 */
@ConsumerType
public interface BalancerPolicy {
    /** Service property: the policy's name, as a gateway's {@code balancer} names it. */
    String NAME = "balancer.name";

    /** {@return a balancer for one destination, in its initial state} */
    Balancer balancer();
}
