// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.balancer.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.BalancerPolicy;

/** Each client in turn. */
@Component(property = BalancerPolicy.NAME + "=round-robin")
public final class RoundRobin implements BalancerPolicy {
    @Override
    public Balancer balancer() {
        Rotation rotation = new Rotation();
        return (usable, source) -> rotation.next(usable, client -> true);
    }
}
