// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.Registration;
import org.sallyport.api.State;
import org.sallyport.api.Verdict;
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
import org.sallyport.spi.AccessPolicy;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.PipelineStage;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.spi.Protocol;
import org.sallyport.testkit.tunnel.MemoryTunnel;

/** A data plane as one process has it, with a protocol, a policy and loops of its own; close it at the end. */
final class TestPlane implements AutoCloseable, EventHub {
    static final GatewayId FIRST = new GatewayId("0123456789A_test");
    static final GatewayId SECOND = new GatewayId("0123456789B_test");
    private static final long LIMIT_SECONDS = 30;

    private final PluginRegistry<Protocol> protocols = new PluginRegistry<>("protocol", Duration.ofSeconds(20));
    private final PluginRegistry<BalancerPolicy> policies =
            new PluginRegistry<>("balancer policy", Duration.ofSeconds(5));
    private final NettyEventLoops loops;
    private final NettyDataPlane plane;
    private int clients;

    TestPlane() {
        Properties system = new Properties();
        system.setProperty("sallyport.io.loops", "2");
        loops = new NettyEventLoops(system);
        protocols.add("plain", new Plain(), 0, 0);
        policies.add(
                "in-turn",
                () -> {
                    AtomicInteger turn = new AtomicInteger();
                    return (usable, source) -> Math.floorMod(turn.getAndIncrement(), usable.size());
                },
                0,
                0);
        plane = new NettyDataPlane(new Surroundings(
                loops,
                loops.all().get(0),
                new NameResolver(),
                protocols,
                policies,
                new LegKeys(),
                this,
                ProcessLimits.of(() -> LimitSettings.DEFAULTS),
                Surroundings.freshFlows()));
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

    NettyDataPlane plane() {
        return plane;
    }

    NettyEventLoops loops() {
        return loops;
    }

    /** Attaches one more client that answers nothing. */
    MemoryTunnel attach(GatewayPlane gateway, GatewayId id) {
        var loop = loops.all().get(0);
        MemoryTunnel tunnel = MemoryTunnel.connect(loop, loop).one();
        gateway.add(new ClientId(String.format("%s_%03d", id.stem(), clients++)), tunnel);
        return tunnel;
    }

    /** Applies a configuration with one destination. */
    static State apply(GatewayPlane gateway, GatewayId id, int port, long revision, Duration grace) {
        Destination destination = new Destination(
                destination(id),
                id,
                "one",
                Direction.CLOUD,
                "plain",
                new HostPort("127.0.0.1", 1),
                port,
                true,
                DestinationOptions.DEFAULTS);
        return await(gateway.apply(config(List.of(destination), revision, grace)))
                .get(destination.id());
    }

    /** Applies a configuration without destinations. */
    static Map<DestinationId, State> applyNothing(GatewayPlane gateway, long revision) {
        return await(gateway.apply(config(List.of(), revision, Duration.ZERO)));
    }

    /** Asks a gateway with one destination that is dialled from here what an open would be answered. */
    static OpenReply probe(GatewayPlane gateway, GatewayId id, HostPort resource, AccessPolicy policy) {
        Destination destination = new Destination(
                destination(id),
                id,
                "one",
                Direction.ON_PREMISES,
                "plain",
                resource,
                1,
                true,
                DestinationOptions.DEFAULTS);
        await(gateway.apply(new PlaneConfig(
                1,
                true,
                List.of(),
                List.of(destination),
                policy,
                List.of(),
                "in-turn",
                "127.0.0.1",
                Duration.ZERO,
                Duration.ofSeconds(1))));
        var answer = gateway.probe(destination.id());
        if (!answer.awaitUninterruptibly(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no answer within " + LIMIT_SECONDS + " s");
        }
        return answer.getNow().reply();
    }

    static DestinationId destination(GatewayId id) {
        return new DestinationId(id.stem() + "_00000");
    }

    static State state(GatewayPlane gateway, GatewayId id) {
        GatewayPlane.Status status = gateway.status(destination(id));
        if (status == null) {
            throw new AssertionError("not known");
        }
        return status.state();
    }

    private static PlaneConfig config(List<Destination> here, long revision, Duration grace) {
        return new PlaneConfig(
                revision,
                true,
                here,
                List.of(),
                (host, port, address) -> new Verdict.Allowed("test"),
                List.of(),
                "in-turn",
                "127.0.0.1",
                grace,
                Duration.ofSeconds(1));
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void publish(Event event) {
        // states are asked for
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
        plane.stop();
        loops.stop();
    }
}
