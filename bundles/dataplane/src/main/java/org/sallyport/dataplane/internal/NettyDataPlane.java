// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.GatewayId;
import org.sallyport.api.Registration;
import org.sallyport.api.balance.BalancerPolicy;
import org.sallyport.api.config.Limits;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.service.LimitService;
import org.sallyport.api.service.LimitView;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.ingress.IngressDestination;
import org.sallyport.dataplane.internal.ingress.PortBook;
import org.sallyport.dataplane.internal.io.NameResolver;
import org.sallyport.dataplane.internal.limits.ProcessLimits;
import org.sallyport.dataplane.internal.plugin.BalancerRegistry;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.plugin.PluginRegistry;
import org.sallyport.dataplane.internal.plugin.ProtocolRegistry;
import org.sallyport.dataplane.internal.tls.LegKeysHolder;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.EventLoops;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateways of this process, and the news that concern all of them: protocols and policies that come and go. */
@Component(service = {DataPlane.class, HealthCheck.class, LimitService.class})
public final class NettyDataPlane implements DataPlane, HealthCheck, LimitService {
    private static final Logger LOG = LoggerFactory.getLogger(NettyDataPlane.class);
    private static final long STOP_SECONDS = 5;

    private final Surroundings surroundings;
    private final PortBook ports = new PortBook();
    private final Set<RunningPlane> planes = ConcurrentHashMap.newKeySet();
    private final List<Registration> watches;

    /**
     * @param loops where channels live
     * @param protocols that are installed
     * @param policies that are installed
     * @param legs keys and trust of TLS
     * @param events who wants to know
     * @param limits that are configured
     */
    @Activate
    public NettyDataPlane(
            @Reference EventLoops loops,
            @Reference ProtocolRegistry protocols,
            @Reference BalancerRegistry policies,
            @Reference LegKeysHolder legs,
            @Reference EventHub events,
            @Reference Limits limits) {
        this(new Surroundings(
                loops,
                loops.all().get(0),
                new NameResolver(),
                protocols.plugins(),
                policies.plugins(),
                legs.keys(),
                events,
                ProcessLimits.of(limits),
                Surroundings.freshFlows()));
    }

    /**
     * @param surroundings what it works with; names are closed by {@link #stop}
     */
    public NettyDataPlane(Surroundings surroundings) {
        this.surroundings = surroundings;
        EventLoop control = surroundings.control();
        watches = List.of(
                surroundings.protocols().watch(new PluginRegistry.Watcher<Protocol>() {
                    @Override
                    public void added(String name) {
                        control.execute(() -> planes.forEach(RunningPlane::reconsider));
                    }

                    @Override
                    public void retired(Plugin<Protocol> plugin) {
                        control.execute(() -> planes.forEach(plane -> plane.retire(plugin)));
                    }
                }),
                surroundings.policies().watch(new PluginRegistry.Watcher<BalancerPolicy>() {
                    @Override
                    public void added(String name) {
                        control.execute(() -> planes.forEach(RunningPlane::reconsider));
                    }

                    @Override
                    public void retired(Plugin<BalancerPolicy> plugin) {
                        control.execute(() -> planes.forEach(RunningPlane::reconsider));
                    }
                }));
    }

    @Override
    public GatewayPlane plane(GatewayId gateway, String name) {
        RunningPlane plane = new RunningPlane(surroundings, ports, name, planes::remove);
        planes.add(plane);
        return plane;
    }

    @Override
    public List<LimitView> limits() {
        return surroundings.limits().views();
    }

    @Override
    public String name() {
        return "listeners";
    }

    /** Tells how many destinations listen, and which should and can't. */
    @Override
    public Health check() {
        int listening = 0;
        List<String> failed = new ArrayList<>();
        for (RunningPlane plane : planes) {
            for (IngressDestination destination : plane.listening()) {
                if (destination.isFailed()) {
                    failed.add(destination.destination().id() + ": "
                            + destination.state().cause());
                } else if (destination.isListening()) {
                    listening++;
                }
            }
        }
        String text = listening + " listening";
        return failed.isEmpty()
                ? Health.good(text)
                : Health.bad(text + ", " + failed.size() + " failed: " + String.join("; ", failed));
    }

    /** Closes what the roles left open, {@value #STOP_SECONDS} s at most. */
    @Deactivate
    public void stop() {
        long begun = System.nanoTime();
        watches.forEach(Registration::close);
        CompletableFuture<?>[] ends = planes.stream()
                .map(plane -> plane.close(Duration.ZERO).toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(ends).get(STOP_SECONDS, TimeUnit.SECONDS);
            LOG.info("data plane: stopped in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("data plane: not everything was closed within {} s", STOP_SECONDS, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            surroundings.names().close();
        }
    }
}
