// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.Registration;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.config.LimitSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.dataplane.internal.io.NettyEventLoops;
import org.sallyport.dataplane.internal.limits.ProcessLimits;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.dataplane.internal.tls.LegKeys;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.Protocol;

/** What parts of a data plane stand on, with two loops, one protocol named {@code plain} and a memory of events. */
public final class TestSurroundings implements AutoCloseable, EventHub {
    /** Bytes as they are. */
    public final Protocol plain = new Plain();

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final NettyEventLoops loops;
    private final Surroundings surroundings;

    public TestSurroundings() {
        this(loops -> loops);
    }

    /**
     * @param inside what the event loops are wrapped in
     */
    public TestSurroundings(UnaryOperator<EventLoops> inside) {
        this(inside, ProcessLimits.of(() -> LimitSettings.DEFAULTS));
    }

    /**
     * @param inside what the event loops are wrapped in
     * @param limits of the process
     */
    public TestSurroundings(UnaryOperator<EventLoops> inside, ProcessLimits limits) {
        Properties system = new Properties();
        system.setProperty("sallyport.io.loops", "2");
        loops = new NettyEventLoops(system);
        PluginRegistry<Protocol> protocols = new PluginRegistry<>("protocol", Duration.ofSeconds(20));
        protocols.add("plain", plain, 0, 0);
        PluginRegistry<BalancerPolicy> policies = new PluginRegistry<>("balancer policy", Duration.ofSeconds(5));
        policies.add("in-turn", () -> (usable, source) -> 0, 0, 0);
        surroundings = new Surroundings(
                inside.apply(loops),
                loops.all().get(0),
                new NameResolver(),
                protocols,
                policies,
                new LegKeys(),
                this,
                limits,
                Surroundings.freshFlows());
    }

    /** Bytes as they are. */
    private static final class Plain implements Protocol {
        @Override
        public Carries carries() {
            return Carries.STREAM;
        }

        @Override
        public LegSecurity ingressSecurity() {
            return LegSecurity.NONE;
        }

        @Override
        public PipelineStage ingress() {
            return PipelineStage.none();
        }

        @Override
        public PipelineStage egress() {
            return PipelineStage.none();
        }
    }

    public Surroundings get() {
        return surroundings;
    }

    public NettyEventLoops loops() {
        return loops;
    }

    /** {@return the connections that were refused} */
    public List<Event.FlowRefused> refusals() {
        return events.stream()
                .filter(Event.FlowRefused.class::isInstance)
                .map(Event.FlowRefused.class::cast)
                .toList();
    }

    @Override
    public void publish(Event event) {
        events.add(event);
    }

    @Override
    public Registration subscribe(Consumer<Event> subscriber) {
        throw new UnsupportedOperationException("nobody does");
    }

    @Override
    public Registration subscribeWithPast(Consumer<Event> subscriber) {
        throw new UnsupportedOperationException("nobody does");
    }

    @Override
    public long dropped() {
        return 0;
    }

    @Override
    public void close() {
        surroundings.names().close();
        loops.stop();
    }
}
