// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.State;
import org.sallyport.dataplane.internal.context.Surroundings;
import org.sallyport.dataplane.internal.egress.EgressAcceptor;
import org.sallyport.dataplane.internal.egress.EgressConfig;
import org.sallyport.dataplane.internal.egress.EgressDestination;
import org.sallyport.dataplane.internal.ingress.AttachedTunnel;
import org.sallyport.dataplane.internal.ingress.AttachedTunnels;
import org.sallyport.dataplane.internal.ingress.IngressDestination;
import org.sallyport.dataplane.internal.ingress.PortBook;
import org.sallyport.dataplane.internal.plugin.Plugin;
import org.sallyport.dataplane.internal.relay.Traffic;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.Tunnel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway at this end. Calls are carried out on the control loop, in their order; state belongs to it, but for what is
 * volatile.
 */
final class RunningPlane implements GatewayPlane {
    private static final Logger LOG = LoggerFactory.getLogger(RunningPlane.class);
    private static final PlaneConfig NOTHING_YET = new PlaneConfig(
            -1,
            true,
            List.of(),
            List.of(),
            (host, port, address) -> {
                throw new IllegalStateException("there is nothing to dial yet");
            },
            List.of(),
            "",
            "127.0.0.1",
            Duration.ZERO,
            Duration.ZERO);

    private final Surroundings surroundings;
    private final PortBook ports;
    private final String name;
    private final Consumer<RunningPlane> gone;
    private final EventLoop control;
    private final AttachedTunnels tunnels = new AttachedTunnels();
    private final EgressAcceptor acceptor;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /** Removed destinations whose connections or listener are still there. */
    private final Set<IngressDestination> leavingIngress = new HashSet<>();

    private final Set<EgressDestination> leavingEgress = new HashSet<>();
    private volatile Map<DestinationId, IngressDestination> ingress = Map.of();
    private volatile Map<DestinationId, EgressDestination> egress = Map.of();
    private PlaneConfig config = NOTHING_YET;
    private boolean clients;
    private java.util.concurrent.@Nullable Future<?> grace;
    private long serial;
    private boolean closing;

    /**
     * @param surroundings of all gateways
     * @param ports of this process
     * @param name of the gateway, for messages
     * @param gone is told when nothing is left of it after {@link #close}
     */
    RunningPlane(Surroundings surroundings, PortBook ports, String name, Consumer<RunningPlane> gone) {
        this.surroundings = surroundings;
        this.ports = ports;
        this.name = name;
        this.gone = gone;
        control = surroundings.control();
        acceptor = new EgressAcceptor(surroundings, egressConfig());
    }

    // ------------------------------------------------------------------ configuration

    @Override
    public CompletionStage<Map<DestinationId, State>> apply(PlaneConfig newer) {
        CompletableFuture<Map<DestinationId, State>> applied = new CompletableFuture<>();
        control.execute(() -> {
            try {
                applyHere(newer, applied);
            } catch (RuntimeException e) {
                LOG.error("{}: configuration {} could not be applied", name, newer.revision(), e);
                applied.completeExceptionally(e);
            }
        });
        return applied;
    }

    private void applyHere(PlaneConfig newer, CompletableFuture<Map<DestinationId, State>> applied) {
        if (closing) {
            applied.completeExceptionally(new IllegalStateException("gateway " + name + " is about to leave"));
            return;
        }
        config = newer;
        updateEgress();
        updateIngress();
        settle().thenRun(() -> applied.complete(states()));
    }

    private void updateEgress() {
        Map<DestinationId, EgressDestination> next = new HashMap<>();
        for (Destination destination : config.egress()) {
            EgressDestination known = egress.get(destination.id());
            if (known == null) {
                known = new EgressDestination(destination, surroundings);
            } else {
                known.update(destination);
            }
            next.put(destination.id(), known);
        }
        Map<DestinationId, EgressDestination> before = egress;
        egress = Map.copyOf(next);
        before.forEach((id, known) -> {
            if (!next.containsKey(id)) {
                known.endTls();
                leave(known, "the destination was removed");
            }
        });
        for (EgressDestination known : next.values()) {
            if (!config.enabled()) {
                leave(known, "the gateway was disabled");
            } else if (!known.destination().enabled()) {
                leave(known, "the destination was disabled");
            } else {
                known.leaving(false);
            }
        }
        acceptor.config(egressConfig());
    }

    private EgressConfig egressConfig() {
        return new EgressConfig(config.revision(), config.enabled(), closing, egress, config.access());
    }

    private void leave(EgressDestination destination, String reason) {
        if (!destination.isLeaving()) {
            destination.leaving(true);
            leavingEgress.add(destination);
            destination
                    .drain(config.drainTimeout(), reason, control)
                    .thenRunAsync(() -> leavingEgress.remove(destination), control);
        }
    }

    private void updateIngress() {
        Map<DestinationId, IngressDestination> next = new HashMap<>();
        for (Destination destination : config.ingress()) {
            IngressDestination known = ingress.get(destination.id());
            if (known == null) {
                known = new IngressDestination(
                        surroundings,
                        ports,
                        tunnels,
                        name,
                        control.ticker()::nanoTime,
                        destination,
                        config,
                        this::reconsider);
            } else {
                known.update(destination, config);
            }
            next.put(destination.id(), known);
        }
        Map<DestinationId, IngressDestination> before = ingress;
        ingress = Map.copyOf(next);
        before.forEach((id, known) -> {
            if (!next.containsKey(id)) {
                known.remove();
                leavingIngress.add(known);
            }
        });
    }

    /** Decides about all listeners anew, and lets connections go that have to; completes when all ports are open or failed. */
    private CompletionStage<Void> settle() {
        List<CompletionStage<Void>> closings = new ArrayList<>();
        for (IngressDestination destination : List.copyOf(leavingIngress)) {
            closings.add(decide(destination));
        }
        for (IngressDestination destination : ingress.values()) {
            closings.add(decide(destination));
        }
        // ports first become free, so that destinations may exchange theirs
        return all(closings).thenCompose(done -> {
            List<CompletionStage<Void>> openings = new ArrayList<>();
            for (IngressDestination destination : ingress.values()) {
                openings.add(destination.openIfWanted());
            }
            return all(openings);
        });
    }

    private CompletionStage<Void> decide(IngressDestination destination) {
        boolean hadLeft = destination.isLeaving();
        CompletionStage<Void> closing = destination.decide(clients);
        if (destination.isLeaving() && !hadLeft) {
            String reason = destination.state().cause().isEmpty()
                    ? "the destination was disabled"
                    : destination.state().cause();
            destination.drain(config.drainTimeout(), reason).thenRunAsync(() -> forget(destination), control);
        }
        return closing;
    }

    private void forget(IngressDestination destination) {
        leavingIngress.remove(destination);
    }

    private static CompletionStage<Void> all(Collection<CompletionStage<Void>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    private Map<DestinationId, State> states() {
        Map<DestinationId, State> states = new HashMap<>();
        ingress.forEach((id, destination) -> states.put(id, destination.state()));
        return Map.copyOf(states);
    }

    // ------------------------------------------------------------------ tunnels

    @Override
    public void add(ClientId client, Tunnel tunnel) {
        control.execute(() -> addHere(client, tunnel));
    }

    private void addHere(ClientId client, Tunnel tunnel) {
        AttachedTunnel attached = new AttachedTunnel(client, tunnel, serial++);
        tunnels.add(attached);
        tunnel.closed().addListener(ended -> control.execute(() -> removeHere(attached)));
        tunnel.admit(acceptor);
        if (grace != null) {
            grace.cancel(false);
            grace = null;
        }
        if (!clients) {
            clients = true;
            settleQuietly();
        }
        ingress.values().forEach(IngressDestination::clientCame);
    }

    private void removeHere(AttachedTunnel attached) {
        tunnels.remove(attached);
        ingress.values().forEach(destination -> destination.clientWent(attached));
        if (tunnels.all().isEmpty() && clients && grace == null) {
            grace = control.schedule(this::graceOver, config.listenGrace().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void graceOver() {
        grace = null;
        clients = false;
        settleQuietly();
    }

    private void settleQuietly() {
        settle().exceptionally(failure -> {
            LOG.error("{}: listeners could not be brought in order", name, failure);
            return null;
        });
    }

    // ------------------------------------------------------------------ what comes and goes beside it

    /** A protocol or a policy came or went; on the control loop. */
    void reconsider() {
        settleQuietly();
    }

    /** Something of one destination has changed by itself; on the control loop. */
    private void reconsider(IngressDestination destination) {
        decide(destination).thenCompose(done -> destination.openIfWanted()).exceptionally(failure -> {
            LOG.error("{}: a listener could not be brought in order", name, failure);
            return null;
        });
    }

    /**
     * A protocol goes: its connections have to finish. On the control loop.
     *
     * @param protocol that goes
     */
    void retire(Plugin<Protocol> protocol) {
        settleQuietly();
        String reason = "protocol " + protocol.name() + " was removed";
        Duration deadline = config.drainTimeout();
        for (IngressDestination destination : ingress.values()) {
            destination.drain(protocol, deadline, reason);
        }
        for (EgressDestination destination : egress.values()) {
            destination.drain(protocol, deadline, reason, control);
        }
    }

    // ------------------------------------------------------------------ questions

    @Override
    public @Nullable Status status(DestinationId id) {
        IngressDestination here = ingress.get(id);
        if (here != null) {
            return status(here.state(), here.traffic());
        }
        EgressDestination there = egress.get(id);
        if (there == null) {
            return null;
        }
        State state = there.isLeaving()
                ? new State.Disabled("")
                : new State.Waiting("applications connect at the other end of the tunnel");
        return status(state, there.traffic());
    }

    private static Status status(State state, Traffic traffic) {
        return new Status(
                state,
                traffic.open(),
                traffic.total(),
                traffic.refusals(),
                traffic.bytesIn(),
                traffic.bytesOut(),
                traffic.dropped());
    }

    /** {@return destinations that applications connect to here; on every thread} */
    Collection<IngressDestination> listening() {
        return ingress.values();
    }

    @Override
    public Future<ProbeReport> probe(DestinationId destination) {
        IngressDestination here = ingress.get(destination);
        return here == null ? acceptor.probe(destination) : control.newSucceededFuture(here.probe());
    }

    // ------------------------------------------------------------------ the end

    @Override
    public CompletionStage<Void> close(Duration deadline) {
        control.execute(() -> closeHere(deadline));
        return closed;
    }

    private void closeHere(Duration deadline) {
        if (closing) {
            return;
        }
        closing = true;
        if (grace != null) {
            grace.cancel(false);
        }
        String reason = "gateway " + name + " was closed here";
        List<CompletionStage<Void>> ends = new ArrayList<>();
        for (IngressDestination destination : ingress.values()) {
            destination.remove();
            leavingIngress.add(destination);
        }
        for (IngressDestination destination : List.copyOf(leavingIngress)) {
            ends.add(destination.decide(false));
            ends.add(destination.drain(deadline, reason));
        }
        leavingEgress.addAll(egress.values());
        ingress = Map.of();
        egress = Map.of();
        acceptor.config(egressConfig());
        for (EgressDestination destination : List.copyOf(leavingEgress)) {
            destination.leaving(true);
            destination.endTls();
            ends.add(destination.drain(deadline, reason, control));
        }
        all(ends)
                .whenCompleteAsync(
                        (done, failure) -> {
                            if (failure != null) {
                                LOG.error("{}: did not close in order", name, failure);
                            }
                            gone.accept(this);
                            closed.complete(null);
                        },
                        control);
    }
}
