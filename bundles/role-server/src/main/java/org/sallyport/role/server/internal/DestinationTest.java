// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.sallyport.api.Destination;
import org.sallyport.api.Direction;
import org.sallyport.api.HostPort;
import org.sallyport.api.State;
import org.sallyport.api.service.DestinationService.Leg;
import org.sallyport.spi.OpenReply;
import org.sallyport.wire.control.ProbeResult;

/**
 * Tries the way of a destination leg by leg: where applications connect, each tunnel, and from the end that dials to the
 * resource. On the role's thread; takes as long as the slowest leg, which is bounded by the connect timeout.
 */
final class DestinationTest {
    private static final Duration ROUND_TRIP = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int MAX_CLIENTS = 16;

    private DestinationTest() {}

    static CompletableFuture<List<Leg>> run(GatewayServer server, GatewayState gateway, Destination destination) {
        boolean onPremises = destination.direction() == Direction.ON_PREMISES;
        Duration limit = destination.options().connectTimeout().plus(GRACE);
        List<CompletableFuture<Leg>> legs = new ArrayList<>();
        State state = gateway.state(destination);
        legs.add(done(
                onPremises ? "application to server" : "application to client",
                state instanceof State.Listening,
                state instanceof State.Listening listening
                        ? "listening on " + listening.address()
                        : state.word() + ": " + state.cause()));
        List<AttachedClient> clients =
                gateway.clients().values().stream().limit(MAX_CLIENTS).toList();
        if (clients.isEmpty()) {
            legs.add(done("tunnel", false, "no client is attached to gateway " + gateway.id()));
        }
        for (AttachedClient client : clients) {
            legs.add(tunnel(client));
            if (onPremises) {
                legs.add(clientToResource(client, destination, limit, server.thread()));
            }
        }
        if (!onPremises) {
            legs.add(serverToResource(gateway, destination, limit));
        }
        return CompletableFuture.allOf(legs.toArray(CompletableFuture<?>[]::new))
                .thenApplyAsync(
                        all -> legs.stream().map(CompletableFuture::join).toList(), server.thread());
    }

    private static CompletableFuture<Leg> done(String leg, boolean passed, String text) {
        return CompletableFuture.completedFuture(new Leg(leg, passed, text));
    }

    private static CompletableFuture<Leg> tunnel(AttachedClient client) {
        String leg = "tunnel to client " + client.id();
        CompletableFuture<Leg> result = new CompletableFuture<>();
        client.session().tunnel().ping().addListener((Future<Long> ping) -> {
            if (ping.isSuccess()) {
                result.complete(
                        new Leg(leg, true, String.format(Locale.ROOT, "round trip %.1f ms", ping.getNow() / 1e6)));
            } else {
                result.complete(new Leg(leg, false, Failures.text(ping.cause())));
            }
        });
        return result.completeOnTimeout(
                new Leg(leg, false, "no answer within " + ROUND_TRIP.toSeconds() + " s"),
                ROUND_TRIP.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static CompletableFuture<Leg> clientToResource(
            AttachedClient client, Destination destination, Duration limit, Executor thread) {
        HostPort resource = destination.resource();
        String leg = "client " + client.id() + " to " + resource;
        CompletableFuture<ProbeResult> asked = client.probe(destination.id().value());
        return asked.thenApply(result -> result.code() == 0
                        ? new Leg(
                                leg,
                                true,
                                String.format(Locale.ROOT, "connected within %.1f ms", result.micros() / 1e3))
                        : new Leg(leg, false, ForeignText.sentence(result.text())))
                .exceptionally(failure -> new Leg(leg, false, Failures.text(failure)))
                .completeOnTimeout(
                        new Leg(leg, false, "the client did not answer within " + limit.toSeconds() + " s"),
                        limit.toMillis(),
                        TimeUnit.MILLISECONDS)
                .whenCompleteAsync((result, failure) -> client.stopProbing(asked), thread);
    }

    private static CompletableFuture<Leg> serverToResource(
            GatewayState gateway, Destination destination, Duration limit) {
        String leg = "server to " + destination.resource();
        CompletableFuture<Leg> result = new CompletableFuture<>();
        gateway.plane().probe(destination.id()).addListener((Future<OpenReply> probe) -> {
            if (!probe.isSuccess()) {
                result.complete(new Leg(leg, false, Failures.text(probe.cause())));
            } else {
                OpenReply reply = probe.getNow();
                result.complete(new Leg(leg, reply.accepted(), reply.accepted() ? "connected" : reply.text()));
            }
        });
        return result.completeOnTimeout(
                new Leg(leg, false, "no answer within " + limit.toSeconds() + " s"),
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
    }
}
