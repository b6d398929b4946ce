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
import org.sallyport.api.State;
import org.sallyport.api.service.DestinationService.Leg;
import org.sallyport.spi.ProbeReport;
import org.sallyport.wire.control.ProbeResult;

/**
 * Tries the way of a destination leg by leg: where applications connect, each tunnel, and at each end that dials what its data
 * plane tells of the way to the resource. On the role's thread; takes as long as the slowest leg, which is bounded by the
 * connect timeout.
 */
final class DestinationTest {
    private static final Duration ROUND_TRIP = Duration.ofSeconds(5);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int MAX_CLIENTS = 16;

    private final Destination destination;
    private final GatewayState gateway;
    private final Executor thread;
    private final boolean onPremises;
    private final Duration limit;

    private DestinationTest(Destination destination, GatewayState gateway, Executor thread) {
        this.destination = destination;
        this.gateway = gateway;
        this.thread = thread;
        onPremises = destination.direction() == Direction.ON_PREMISES;
        limit = destination.options().connectTimeout().plus(GRACE);
    }

    static CompletableFuture<List<Leg>> run(GatewayServer server, GatewayState gateway, Destination destination) {
        return new DestinationTest(destination, gateway, server.thread()).run();
    }

    private CompletableFuture<List<Leg>> run() {
        List<CompletableFuture<List<Leg>>> legs = new ArrayList<>();
        legs.add(done(listen()));
        if (onPremises) {
            legs.add(server());
        }
        List<AttachedClient> clients =
                gateway.clients().values().stream().limit(MAX_CLIENTS).toList();
        if (clients.isEmpty()) {
            legs.add(done(new Leg("tunnel", false, "no client is attached to gateway " + gateway.id())));
        }
        for (AttachedClient client : clients) {
            legs.add(tunnel(client));
            legs.add(client(client));
        }
        if (!onPremises) {
            legs.add(server());
        }
        return CompletableFuture.allOf(legs.toArray(CompletableFuture<?>[]::new))
                .thenApplyAsync(
                        all -> legs.stream()
                                .flatMap(each -> each.join().stream())
                                .toList(),
                        thread);
    }

    private static CompletableFuture<List<Leg>> done(Leg leg) {
        return CompletableFuture.completedFuture(List.of(leg));
    }

    private Leg listen() {
        State state = gateway.state(destination);
        return new Leg(
                onPremises ? "application to server" : "application to client",
                state instanceof State.Listening,
                state instanceof State.Listening listening
                        ? "listening on " + listening.address()
                        : state.word() + ": " + state.cause());
    }

    private static CompletableFuture<List<Leg>> tunnel(AttachedClient client) {
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
                        TimeUnit.MILLISECONDS)
                .thenApply(List::of);
    }

    /** What a client says of its end. */
    private CompletableFuture<List<Leg>> client(AttachedClient client) {
        EndLegs end = new EndLegs("client " + client.id(), destination.resource(), onPremises);
        CompletableFuture<ProbeResult> asked = client.probe(destination.id().value());
        return asked.thenApply(end::of)
                .exceptionally(failure -> end.silent(Failures.text(failure)))
                .completeOnTimeout(
                        end.silent("the client did not answer within " + limit.toSeconds() + " s"),
                        limit.toMillis(),
                        TimeUnit.MILLISECONDS)
                .whenCompleteAsync((result, failure) -> client.stopProbing(asked), thread);
    }

    /** What the server's data plane says of its end. */
    private CompletableFuture<List<Leg>> server() {
        EndLegs end = new EndLegs("server", destination.resource(), !onPremises);
        CompletableFuture<List<Leg>> result = new CompletableFuture<>();
        gateway.plane().probe(destination.id()).addListener((Future<ProbeReport> probe) -> {
            result.complete(
                    probe.isSuccess() ? end.of(probe.getNow(), "connected") : end.silent(Failures.text(probe.cause())));
        });
        return result.completeOnTimeout(
                end.silent("no answer within " + limit.toSeconds() + " s"), limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
