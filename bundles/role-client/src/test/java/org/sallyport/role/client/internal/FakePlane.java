// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.ProbeStep;
import org.sallyport.spi.Tunnel;

/** A data plane that remembers what it was told and lets every client port listen unless the test says otherwise. */
final class FakePlane implements DataPlane {
    final Map<GatewayId, Gateway> planes = new HashMap<>();

    /** Where set, configurations come into force only when the test completes it. */
    CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    @Override
    public GatewayPlane plane(GatewayId gateway, String name) {
        if (planes.containsKey(gateway) && !planes.get(gateway).closed.isDone()) {
            throw new IllegalStateException("there is a plane of " + gateway);
        }
        Gateway made = new Gateway();
        planes.put(gateway, made);
        return made;
    }

    final class Gateway implements GatewayPlane {
        final List<PlaneConfig> applied = new ArrayList<>();
        final Map<ClientId, Tunnel> tunnels = new LinkedHashMap<>();
        final Map<DestinationId, State> states = new HashMap<>();
        final CompletableFuture<Void> closed = new CompletableFuture<>();
        Duration closing;
        boolean gone;
        OpenReply reply = OpenReply.OK;
        List<ProbeStep> steps = List.of();

        PlaneConfig last() {
            return applied.get(applied.size() - 1);
        }

        @Override
        public CompletionStage<Map<DestinationId, State>> apply(PlaneConfig config) {
            applied.add(config);
            return gate.thenApply(open -> {
                Map<DestinationId, State> now = new HashMap<>();
                for (Destination destination : config.ingress()) {
                    now.put(destination.id(), state(destination));
                }
                return now;
            });
        }

        private State state(Destination destination) {
            return states.computeIfAbsent(
                    destination.id(),
                    id -> new State.Listening(new HostPort("127.0.0.1", destination.listenPort()), ""));
        }

        @Override
        public void add(ClientId client, Tunnel tunnel) {
            tunnels.put(client, tunnel);
        }

        @Override
        public Status status(DestinationId destination) {
            State state = states.get(destination);
            return state == null ? null : new Status(state, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public Future<ProbeReport> probe(DestinationId destination) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(
                    states.containsKey(destination)
                            ? ProbeReport.of(new OpenReply(OpenCode.UNKNOWN_DESTINATION, "not here"))
                            : new ProbeReport(reply, steps));
        }

        @Override
        public CompletionStage<Void> close(Duration deadline) {
            if (gone) {
                throw new RejectedExecutionException("event executor terminated");
            }
            closing = deadline;
            closed.complete(null);
            return closed;
        }
    }
}
