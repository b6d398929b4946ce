// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.balancer.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.BalancerPolicy;

/** Always the usable client with the lowest ID; the others stand by. */
@Component(property = BalancerPolicy.NAME + "=first-available")
public final class FirstAvailable implements BalancerPolicy {
    @Override
    public Balancer balancer() {
        return (usable, source) -> 0;
    }
}
