// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.balancer.internal;

import org.osgi.service.component.annotations.Component;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.balance.Candidate;

/** The client whose tunnel carries the fewest streams; those that carry equally few in turn. */
@Component(property = BalancerPolicy.NAME + "=least-connections")
public final class LeastConnections implements BalancerPolicy {
    @Override
    public Balancer balancer() {
        Rotation rotation = new Rotation();
        return (usable, source) -> {
            int fewest = Integer.MAX_VALUE;
            for (Candidate client : usable) {
                fewest = Math.min(fewest, client.openStreams());
            }
            int least = fewest;
            return rotation.next(usable, client -> client.openStreams() == least);
        };
    }
}
