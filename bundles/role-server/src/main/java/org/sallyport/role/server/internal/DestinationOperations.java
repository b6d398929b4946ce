// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Destination;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.PortRange;
import org.sallyport.api.Shown;
import org.sallyport.api.Transport;
import org.sallyport.api.Verdict;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;

/** Destinations, for operators. */
@Component(service = DestinationService.class)
public final class DestinationOperations implements DestinationService {
    /** Destinations of one gateway: its configuration has to fit a control message. */
    static final int MAX_DESTINATIONS = 10_000;

    private static final Set<String> STATES = Set.of("listening", "waiting", "failed", "blocked", "disabled");

    private final Supplier<GatewayServer> running;
    private final ProtocolNames protocols;

    @Activate
    public DestinationOperations(@Reference ServerRole role, @Reference ProtocolNames protocols) {
        this(role::server, protocols);
    }

    DestinationOperations(Supplier<GatewayServer> running, ProtocolNames protocols) {
        this.running = running;
        this.protocols = protocols;
    }

    @Override
    public CompletionStage<Outcome<DestinationView>> create(Draft draft) {
        return Operations.on(running, server -> {
            GatewayState state = server.gateway(draft.gateway());
            DestinationId id = freshId(server, state);
            Integer port = draft.listenPort();
            if (port == null && draft.direction() == Direction.CLOUD) {
                throw Refusal.invalid("a cloud destination needs the port that clients listen on; add --client-port N");
            }
            PortRange range = server.settings().listenPorts();
            Transport transport = Transport.of(draft.protocol());
            Set<Integer> busy = port == null ? busy(server, range, transport) : Set.of();
            int tunnelPort = tunnelPort(server);
            return server.store(snapshot -> {
                        if (snapshot.gateway(draft.gateway()) == null) {
                            throw Operations.noGateway(draft.gateway());
                        }
                        if (snapshot.destinationsOf(draft.gateway()).count() >= MAX_DESTINATIONS) {
                            throw Refusal.conflict("gateway " + draft.gateway() + " has " + MAX_DESTINATIONS
                                    + " destinations, which is the most; make another gateway");
                        }
                        int listenPort = port == null ? PortReservation.choose(snapshot, range, transport, busy) : port;
                        Destination made = new Destination(
                                id,
                                draft.gateway(),
                                draft.name(),
                                draft.direction(),
                                draft.protocol(),
                                draft.resource(),
                                listenPort,
                                true,
                                draft.options());
                        OptionFit.check(made);
                        PortReservation.check(snapshot, made, tunnelPort);
                        return List.of(new RegistryChange.PutDestination(made));
                    })
                    .thenComposeAsync(snapshot -> outcome(server, id, "destination:create"), server.thread());
        });
    }

    private static DestinationId freshId(GatewayServer server, GatewayState state) {
        DestinationId id = server.ids().destination(state.id());
        while (server.registry().requireSnapshot().destination(id) != null) {
            id = server.ids().destination(state.id());
        }
        return id;
    }

    private static Set<Integer> busy(GatewayServer server, PortRange range, Transport transport) {
        return FreePorts.busy(
                range,
                PortReservation.reserved(server.registry().requireSnapshot(), transport),
                server.settings().listenAddress(),
                transport);
    }

    private static int tunnelPort(GatewayServer server) {
        HostPort tunnel = server.port().address();
        return tunnel == null ? 0 : tunnel.port();
    }

    @Override
    public CompletionStage<List<DestinationView>> list(@Nullable GatewayId gateway) {
        return Operations.on(running, server -> {
            server.registry().requireSnapshot();
            List<GatewayState> states = gateway == null ? server.gateways().all() : List.of(server.gateway(gateway));
            List<DestinationView> views = new ArrayList<>();
            for (GatewayState state : states) {
                for (Destination destination : state.destinations()) {
                    views.add(Views.destination(state, destination));
                }
            }
            return CompletableFuture.completedFuture(List.copyOf(views));
        });
    }

    @Override
    public CompletionStage<DestinationView> show(DestinationId id) {
        return Operations.on(running, server -> CompletableFuture.completedFuture(view(server, id)));
    }

    @Override
    public CompletionStage<Outcome<DestinationView>> update(DestinationId id, Update update) {
        return Operations.on(running, server -> {
            int tunnelPort = tunnelPort(server);
            return server.store(change(id, tunnelPort, before -> updated(before, update)))
                    .thenComposeAsync(snapshot -> outcome(server, id, "destination:update"), server.thread());
        });
    }

    private static Destination updated(Destination before, Update update) {
        return new Destination(
                before.id(),
                before.gateway(),
                Objects.requireNonNullElse(update.name(), before.name()),
                before.direction(),
                Objects.requireNonNullElse(update.protocol(), before.protocol()),
                Objects.requireNonNullElse(update.resource(), before.resource()),
                Objects.requireNonNullElse(update.listenPort(), before.listenPort()),
                before.enabled(),
                update.options().apply(before.options()));
    }

    @Override
    public CompletionStage<Outcome<DestinationView>> enable(DestinationId id, boolean enabled) {
        return Operations.on(
                running, server -> server.store(change(id, tunnelPort(server), before -> before.withEnabled(enabled)))
                        .thenComposeAsync(
                                snapshot -> outcome(server, id, enabled ? "destination:enable" : "destination:disable"),
                                server.thread()));
    }

    @Override
    public CompletionStage<Outcome<DestinationView>> certificatesChanged(DestinationId id) {
        return Operations.on(running, server -> {
            required(server.registry().requireSnapshot(), id);
            return server.certificatesChanged()
                    .thenComposeAsync(taken -> outcome(server, id, "destination:cert"), server.thread());
        });
    }

    @Override
    public CompletionStage<Outcome<DestinationView>> delete(DestinationId id) {
        return Operations.on(running, server -> {
            DestinationView last = view(server, id);
            return server.store(snapshot -> {
                        required(snapshot, id);
                        return List.of(new RegistryChange.RemoveDestination(id));
                    })
                    .thenComposeAsync(
                            snapshot -> {
                                server.audit(Operations.ACTOR, "destination:delete", id);
                                return server.everywhere(new GatewayId(last.gateway()));
                            },
                            server.thread())
                    .thenApply(warnings -> new Outcome<>(last, warnings));
        });
    }

    @Override
    public CompletionStage<List<Leg>> test(DestinationId id) {
        return Operations.on(running, server -> {
            Destination destination = required(server.registry().requireSnapshot(), id);
            return DestinationTest.run(server, server.gateway(destination.gateway()), destination);
        });
    }

    @Override
    public CompletionStage<DestinationView> await(DestinationId id, String state, Duration limit) {
        return Operations.on(running, server -> {
            if (!STATES.contains(state)) {
                throw Refusal.invalid("state '" + Shown.of(state)
                        + "' of a destination: expected listening, waiting, failed, blocked or disabled");
            }
            return server.awaiting()
                    .until(
                            () -> view(server, id),
                            view -> view.state().equals(state),
                            limit,
                            view -> Refusal.unavailable("destination " + id + " is " + view.state() + ", not " + state
                                    + ", after " + limit.toSeconds() + " s"
                                    + (view.cause().isEmpty() ? "" : ": " + view.cause())));
        });
    }

    /** Waits until a change is in force everywhere, and tells what the operator should know about the destination. */
    private CompletionStage<Outcome<DestinationView>> outcome(GatewayServer server, DestinationId id, String action) {
        server.audit(Operations.ACTOR, action, id);
        Destination destination = required(server.registry().requireSnapshot(), id);
        return server.everywhere(destination.gateway())
                .thenApplyAsync(
                        late -> {
                            List<String> warnings = new ArrayList<>(late);
                            String unknown = protocols.warning(destination.protocol());
                            if (unknown != null) {
                                warnings.add(unknown);
                            }
                            Verdict verdict =
                                    server.gateway(destination.gateway()).verdict(destination);
                            if (destination.enabled() && verdict instanceof Verdict.Denied denied) {
                                warnings.add("connections will be refused: " + denied.reason());
                            }
                            return new Outcome<>(view(server, id), warnings);
                        },
                        server.thread());
    }

    private static Function<RegistrySnapshot, List<RegistryChange>> change(
            DestinationId id, int tunnelPort, UnaryOperator<Destination> change) {
        return snapshot -> {
            Destination before = required(snapshot, id);
            Destination after = change.apply(before);
            if (after.equals(before)) {
                return List.of();
            }
            OptionFit.check(after);
            PortReservation.check(snapshot, after, after.listenPort() == before.listenPort() ? 0 : tunnelPort);
            return List.of(new RegistryChange.PutDestination(after));
        };
    }

    private static Destination required(RegistrySnapshot snapshot, DestinationId id) {
        Destination destination = snapshot.destination(id);
        if (destination == null) {
            throw Refusal.notFound("there is no destination " + id + "; destination:list shows those that there are");
        }
        return destination;
    }

    private static DestinationView view(GatewayServer server, DestinationId id) {
        Destination destination = required(server.registry().requireSnapshot(), id);
        return Views.destination(server.gateway(destination.gateway()), destination);
    }
}
