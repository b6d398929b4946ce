// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.contract.protocol;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.api.GatewayId;
import org.sallyport.api.balance.Balancer;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.dataplane.internal.NettyDataPlane;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.dataplane.internal.limits.ProcessLimits;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.dataplane.internal.tls.LegKeys;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.Protocol;

/** A data plane of its own, as a process has one, with one gateway on it; stop it at the end. */
public final class PlaneEnd implements AutoCloseable {
    /** A policy that is installed: one after the other. */
    public static final String IN_TURN = "in-turn";

    /** A policy that is installed: a tunnel that refuses and one that may not in turn. */
    public static final String DECOY_FIRST = "decoy-first";

    private final PluginRegistry<Protocol> protocols = new PluginRegistry<>("protocol", Duration.ofSeconds(20));
    private final PluginRegistry<BalancerPolicy> policies =
            new PluginRegistry<>("balancer policy", Duration.ofSeconds(5));
    private final RecordedEvents events = new RecordedEvents();
    private final ProcessLimits limits = ProcessLimits.of(() -> LimitSettings.DEFAULTS);
    private final NettyDataPlane plane;
    private final GatewayPlane gateway;

    /**
     * @param loops are not stopped with it
     * @param id of the gateway
     * @param names answers questions for names
     * @param legs keys and trust of TLS
     */
    public PlaneEnd(EventLoops loops, GatewayId id, NameResolver names, LegKeys legs) {
        policies.add(IN_TURN, PlaneEnd::inTurn, 0, 0);
        policies.add(DECOY_FIRST, PlaneEnd::decoyFirst, 0, 1);
        plane = new NettyDataPlane(new Surroundings(
                loops,
                loops.all().get(0),
                names,
                protocols,
                policies,
                legs,
                events,
                limits,
                Surroundings.freshFlows()));
        gateway = plane.plane(id, "plant");
    }

    private static Balancer inTurn() {
        AtomicInteger turn = new AtomicInteger();
        return (usable, source) -> Math.floorMod(turn.getAndIncrement(), usable.size());
    }

    private static Balancer decoyFirst() {
        AtomicInteger turn = new AtomicInteger();
        return (usable, source) -> {
            boolean decoy = Math.floorMod(turn.getAndIncrement(), 2) == 0;
            for (int i = 0; i < usable.size(); i++) {
                if (usable.get(i).client().value().contains("_0Z") != decoy) {
                    return i;
                }
            }
            return 0;
        };
    }

    public NettyDataPlane plane() {
        return plane;
    }

    public GatewayPlane gateway() {
        return gateway;
    }

    public PluginRegistry<Protocol> protocols() {
        return protocols;
    }

    public PluginRegistry<BalancerPolicy> policies() {
        return policies;
    }

    public RecordedEvents events() {
        return events;
    }

    public ProcessLimits limits() {
        return limits;
    }

    @Override
    public void close() {
        plane.stop();
    }
}
