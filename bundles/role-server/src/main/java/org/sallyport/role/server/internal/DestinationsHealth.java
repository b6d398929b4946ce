// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Destination;
import org.sallyport.api.Direction;
import org.sallyport.api.State;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.service.Refusal;
import org.sallyport.spi.GatewayPlane;

/**
 * Which destinations fail at the clients: a client port that is taken, a feature that no client has. What fails at this end
 * is told by the data plane's own check.
 */
@Component
public final class DestinationsHealth implements HealthCheck {
    /** One client can have them all fail, and a line is for people. */
    private static final int MOST_NAMED = 20;

    private static final long LIMIT_SECONDS = 1;

    private final Supplier<GatewayServer> running;

    @Activate
    public DestinationsHealth(@Reference ServerRole role) {
        this(role::server);
    }

    DestinationsHealth(Supplier<GatewayServer> running) {
        this.running = running;
    }

    @Override
    public String name() {
        return "destinations";
    }

    /** Asks the role's thread: to keep an answer at hand, every word of every client would cost a look at all destinations. */
    @Override
    public Health check() {
        try {
            GatewayServer server = running.get();
            return server.ask(() -> CompletableFuture.completedFuture(
                            of(server.gateways().all())))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (Refusal e) {
            return Health.bad("not known: " + e.getMessage());
        } catch (ExecutionException e) {
            return Health.bad("not known: " + Failures.text(e));
        } catch (TimeoutException e) {
            return Health.bad("not known: the server role did not answer within " + LIMIT_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Health.bad("not known: interrupted");
        }
    }

    private static Health of(List<GatewayState> gateways) {
        List<String> failed = new ArrayList<>();
        List<String> partly = new ArrayList<>();
        List<String> expiring = new ArrayList<>();
        for (GatewayState gateway : gateways) {
            for (Destination destination : gateway.destinations()) {
                String remarks = gateway.remarksOfClients(destination);
                if (!remarks.isEmpty()) {
                    expiring.add(destination.id() + ": " + remarks);
                }
                State state = gateway.reach(destination);
                if (state instanceof State.Failed && !failsHere(gateway, destination)) {
                    failed.add(destination.id() + ": " + state.cause());
                } else if (destination.direction() == Direction.CLOUD
                        && state instanceof State.Listening
                        && !state.cause().isEmpty()) {
                    partly.add(destination.id() + ": " + state.cause());
                }
            }
        }
        String rest = partly.isEmpty() ? "" : partly.size() + " listen, but not at every client: " + named(partly);
        List<String> troubles = new ArrayList<>();
        if (!failed.isEmpty()) {
            troubles.add(failed.size() + " failed: " + named(failed));
        }
        if (!expiring.isEmpty()) {
            troubles.add(named(expiring));
        }
        if (troubles.isEmpty()) {
            return Health.good(rest.isEmpty() ? "none fails at a client" : rest);
        }
        return Health.bad(String.join("; ", troubles) + (rest.isEmpty() ? "" : "; " + rest));
    }

    private static boolean failsHere(GatewayState gateway, Destination destination) {
        GatewayPlane.Status status = gateway.plane().status(destination.id());
        return status != null && status.state() instanceof State.Failed;
    }

    private static String named(List<String> lines) {
        String text = String.join("; ", lines.subList(0, Math.min(MOST_NAMED, lines.size())));
        return lines.size() <= MOST_NAMED
                ? text
                : text + "; and " + (lines.size() - MOST_NAMED) + " more, see destination:list";
    }
}
