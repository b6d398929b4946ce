// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.context;

import io.netty.channel.EventLoop;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.event.EventHub;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.dataplane.internal.limits.ProcessLimits;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.dataplane.internal.tls.LegKeys;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.Protocol;

/**
 * What all gateways of the process share.
 *
 * @param loops where channels live
 * @param control the loop that all decisions about listeners and configurations are made on, so that they need no locks
 * @param names resolved off the loops
 * @param protocols that are installed
 * @param policies that are installed
 * @param legs keys and trust of TLS
 * @param events who wants to know
 * @param limits of the process
 * @param flows gives each connection its ID
 */
public record Surroundings(
        EventLoops loops,
        EventLoop control,
        NameResolver names,
        PluginRegistry<Protocol> protocols,
        PluginRegistry<BalancerPolicy> policies,
        LegKeys legs,
        EventHub events,
        ProcessLimits limits,
        AtomicLong flows) {
    /** {@return a start for flow IDs that does not repeat those of the process before} */
    public static AtomicLong freshFlows() {
        return new AtomicLong(new SecureRandom().nextLong() >>> 1 & ~0xFFFFFFFL);
    }

    /** {@return the ID of a new connection} */
    public long nextFlow() {
        return flows.incrementAndGet();
    }
}
