// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Shown;
import org.sallyport.api.TokenState;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.GatewayView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;

/** Gateways, for operators. */
@Component(service = GatewayService.class)
public final class GatewayOperations implements GatewayService {
    private static final Set<String> STATES = Set.of("attached", "waiting", "disabled");
    private static final Duration GONE = Duration.ofSeconds(5);

    private final Supplier<GatewayServer> running;

    @Activate
    public GatewayOperations(@Reference ServerRole role) {
        this(role::server);
    }

    GatewayOperations(Supplier<GatewayServer> running) {
        this.running = running;
    }

    @Override
    public CompletionStage<Outcome<GatewayView>> create(String name, int tokenDays, boolean tokenRequired) {
        return Operations.on(running, server -> {
            Instant now = server.clock().instant();
            Gateway gateway =
                    fresh(server, name, tokenRequired, TokenTerms.of(1, tokenRequired ? tokenDays : 0, now), now);
            return server.store(snapshot -> {
                        if (snapshot.gateway(gateway.id()) != null) {
                            throw Refusal.conflict("gateway " + gateway.id() + " exists already; try again");
                        }
                        return List.of(new RegistryChange.PutGateway(gateway));
                    })
                    .thenApplyAsync(
                            snapshot -> {
                                server.audit(Operations.ACTOR, "gateway:create", gateway.id());
                                return new Outcome<>(
                                        view(server, gateway.id()),
                                        tokenRequired
                                                ? List.of()
                                                : List.of("gateway " + gateway.id() + " is open: it requires no token,"
                                                        + " so everyone who reaches the tunnel port can attach"));
                            },
                            server.thread());
        });
    }

    private static Gateway fresh(
            GatewayServer server, String name, boolean tokenRequired, TokenState token, Instant now) {
        try {
            return new Gateway(
                    server.ids().gateway(server.settings().region()),
                    name,
                    true,
                    tokenRequired,
                    true,
                    token,
                    Acl.EMPTY,
                    AclEdit.BOTH,
                    Gateway.DEFAULT_BALANCER,
                    Gateway.DEFAULT_MAX_CLIENTS,
                    now);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CompletionStage<List<GatewayView>> list() {
        return Operations.on(running, server -> {
            server.registry().requireSnapshot();
            Instant now = server.clock().instant();
            return CompletableFuture.completedFuture(server.gateways().all().stream()
                    .map(state -> Views.gateway(state, now))
                    .toList());
        });
    }

    @Override
    public CompletionStage<GatewayView> show(GatewayId id) {
        return Operations.on(running, server -> CompletableFuture.completedFuture(view(server, id)));
    }

    @Override
    public CompletionStage<Outcome<GatewayView>> update(GatewayId id, Update update) {
        return changed(id, "gateway:update", gateway -> updated(gateway, update));
    }

    private static Gateway updated(Gateway before, Update update) {
        try {
            return (update.name() == null ? before : before.withName(update.name()))
                    .withRules(
                            Objects.requireNonNullElse(update.admitNewKeys(), before.admitNewKeys()),
                            Objects.requireNonNullElse(update.aclEdit(), before.aclEdit()),
                            Objects.requireNonNullElse(update.maxClients(), before.maxClients()));
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CompletionStage<Outcome<GatewayView>> enable(GatewayId id, boolean enabled) {
        return changed(id, enabled ? "gateway:enable" : "gateway:disable", gateway -> gateway.withEnabled(enabled));
    }

    private CompletionStage<Outcome<GatewayView>> changed(GatewayId id, String command, UnaryOperator<Gateway> change) {
        return Operations.on(running, server -> server.store(change(id, change))
                .thenComposeAsync(snapshot -> server.everywhere(id), server.thread())
                .thenApplyAsync(
                        warnings -> {
                            server.audit(Operations.ACTOR, command, id);
                            return new Outcome<>(view(server, id), warnings);
                        },
                        server.thread()));
    }

    @Override
    public CompletionStage<Outcome<GatewayView>> delete(GatewayId id) {
        return Operations.on(running, server -> {
            GatewayState state = server.gateway(id);
            GatewayView last = view(server, id);
            return server.store(snapshot -> {
                        required(snapshot, id);
                        return List.of(new RegistryChange.RemoveGateway(id));
                    })
                    .thenComposeAsync(
                            snapshot -> {
                                server.audit(Operations.ACTOR, "gateway:delete", id);
                                return state.left()
                                        .thenApply(gone -> List.<String>of())
                                        .completeOnTimeout(
                                                List.of("connections of gateway " + id + " are still being drained"),
                                                GONE.toMillis(),
                                                TimeUnit.MILLISECONDS);
                            },
                            server.thread())
                    .thenApply(warnings -> new Outcome<>(last, warnings));
        });
    }

    @Override
    public CompletionStage<Outcome<String>> token(GatewayId id, boolean regenerate, @Nullable Integer days) {
        return Operations.on(running, server -> {
            if (!regenerate && days != null) {
                throw Refusal.invalid("a token's days cannot be changed, only a new token can have others: add"
                        + " --regenerate, which revokes the present token");
            }
            Gateway gateway = server.gateway(id).gateway();
            if (regenerate && !gateway.tokenRequired()) {
                throw Refusal.invalid(
                        "gateway " + id + " requires no token, so there is none to revoke; its descriptor stays");
            }
            TokenAuthority tokens = server.authority().requireTokens();
            TunnelIdentity identity = server.authority().requireIdentity();
            CompletableFuture<Gateway> current = regenerate
                    ? regenerated(server, id, days == null ? DEFAULT_TOKEN_DAYS : days)
                    : CompletableFuture.completedFuture(gateway);
            return current.thenCombineAsync(
                    server.hostName(),
                    (shown, name) -> {
                        List<HostPort> addresses = server.addresses();
                        if (addresses.isEmpty()) {
                            throw Refusal.unavailable("no token can be shown, because it tells where the tunnel port"
                                    + " is, and that is not open: "
                                    + server.port().problem());
                        }
                        server.audit(Operations.ACTOR, regenerate ? "gateway:token --regenerate" : "gateway:token", id);
                        return new Outcome<>(
                                tokens.issue(claims(shown, addresses, identity)),
                                warnings(shown, server.clock().instant()));
                    },
                    server.thread());
        });
    }

    private static CompletableFuture<Gateway> regenerated(GatewayServer server, GatewayId id, int days) {
        TokenTerms.of(1, days, server.clock().instant()); // a wrong number is refused before anything changes
        return server.store(change(
                        id,
                        gateway -> gateway.withToken(TokenTerms.of(
                                gateway.token().serial() + 1,
                                days,
                                server.clock().instant()))))
                .thenApply(snapshot -> required(snapshot, id));
    }

    private static TokenClaims claims(Gateway gateway, List<HostPort> addresses, TunnelIdentity identity) {
        TokenState token = gateway.token();
        return new TokenClaims(
                gateway.id(),
                token.serial(),
                token.issued(),
                token.expires(),
                addresses,
                identity.serverName(),
                identity.pin(),
                gateway.tokenRequired());
    }

    private static List<String> warnings(Gateway gateway, Instant now) {
        if (!gateway.tokenRequired()) {
            return List.of("gateway " + gateway.id() + " is open: this is a descriptor, which is no secret");
        }
        return gateway.token().expiredAt(now)
                ? List.of("this token expired at " + gateway.token().expires() + "; --regenerate makes a new one")
                : List.of();
    }

    @Override
    public CompletionStage<GatewayView> await(GatewayId id, String state, Duration limit) {
        return Operations.on(running, server -> {
            if (!STATES.contains(state)) {
                throw Refusal.invalid(
                        "state '" + Shown.of(state) + "' of a gateway: expected attached, waiting or disabled");
            }
            return server.awaiting()
                    .until(
                            () -> view(server, id),
                            view -> view.state().equals(state),
                            limit,
                            view -> Refusal.unavailable("gateway " + id + " is " + view.state() + ", not " + state
                                    + ", after " + limit.toSeconds() + " s"
                                    + (view.cause().isEmpty() ? "" : ": " + view.cause())));
        });
    }

    private static Function<RegistrySnapshot, List<RegistryChange>> change(
            GatewayId id, UnaryOperator<Gateway> change) {
        return snapshot -> {
            Gateway before = required(snapshot, id);
            Gateway after = change.apply(before);
            return after.equals(before) ? List.of() : List.of(new RegistryChange.PutGateway(after));
        };
    }

    private static Gateway required(RegistrySnapshot snapshot, GatewayId id) {
        Gateway gateway = snapshot.gateway(id);
        if (gateway == null) {
            throw Operations.noGateway(id);
        }
        return gateway;
    }

    private static GatewayView view(GatewayServer server, GatewayId id) {
        return Views.gateway(server.gateway(id), server.clock().instant());
    }
}
