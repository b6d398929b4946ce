// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.spi.ProbeReport;
import org.sallyport.spi.Tunnel;

/** A data plane that listens to nothing and says that it does, once a tunnel was added. */
final class RecordingPlane implements DataPlane {
    final Map<GatewayId, One> planes = new ConcurrentHashMap<>();

    @Override
    public GatewayPlane plane(GatewayId gateway, String name) {
        One made = new One();
        if (planes.putIfAbsent(gateway, made) != null) {
            throw new IllegalStateException("there is a plane for " + gateway);
        }
        return made;
    }

    One of(String gateway) {
        return planes.get(new GatewayId(gateway));
    }

    final class One implements GatewayPlane {
        final List<PlaneConfig> applied = new ArrayList<>();
        final Map<ClientId, Tunnel> tunnels = new HashMap<>();
        volatile boolean closed;
        volatile ProbeReport report = ProbeReport.of(OpenReply.OK);
        volatile CompletableFuture<Map<DestinationId, State>> answer = CompletableFuture.completedFuture(Map.of());

        @Override
        public synchronized CompletionStage<Map<DestinationId, State>> apply(PlaneConfig config) {
            applied.add(config);
            return answer;
        }

        synchronized PlaneConfig last() {
            return applied.get(applied.size() - 1);
        }

        synchronized int count() {
            return applied.size();
        }

        @Override
        public synchronized void add(ClientId client, Tunnel tunnel) {
            tunnels.put(client, tunnel);
            tunnel.admit((stream, request) -> stream.reply(OpenReply.OK));
            tunnel.closed().addListener(reason -> removed(client, tunnel));
        }

        private synchronized void removed(ClientId client, Tunnel tunnel) {
            tunnels.remove(client, tunnel);
        }

        synchronized List<ClientId> clients() {
            return tunnels.keySet().stream().sorted().toList();
        }

        @Override
        public synchronized Status status(DestinationId id) {
            for (Destination destination : last().ingress()) {
                if (destination.id().equals(id)) {
                    State state = tunnels.isEmpty()
                            ? new State.Waiting("no client is attached")
                            : new State.Listening(new HostPort(last().listenAddress(), destination.listenPort()), "");
                    return new Status(state, 1, 2, 3, 4, 5, 0);
                }
            }
            return null;
        }

        @Override
        public Future<ProbeReport> probe(DestinationId destination) {
            return ImmediateEventExecutor.INSTANCE.newSucceededFuture(report);
        }

        @Override
        public CompletionStage<Void> close(Duration deadline) {
            closed = true;
            planes.values().remove(this);
            return CompletableFuture.completedFuture(null);
        }
    }
}
