// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.shell.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.GatewayId;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.ClientHistory;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.GatewayService;
import org.sallyport.api.service.GatewayView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;

/** A server with one gateway, one destination each way and one client; it notes what it is asked for. */
public final class FakeServer {
    public static final String GATEWAY = "qsn47KM8iTa_local";
    public static final String ON_PREMISES = "qsn47KM8iTa_9xQ2b";
    public static final String CLOUD = "qsn47KM8iTa_Cloud";
    public static final String CLIENT = "qsn47KM8iTa_3R2";
    public static final String KEY = "0123456789abcdef".repeat(4);
    public static final String TOKEN = "eyJhbGciOiJFUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";
    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05.678901234Z");

    /** What was asked for, in words. */
    public final List<String> asked = new ArrayList<>();

    /** What changes warn of. */
    public List<String> warnings = List.of();

    /** Fails every answer, if there is one. */
    public @Nullable RuntimeException failure;

    public final GatewayService gateways = new Gateways();
    public final DestinationService destinations = new Destinations();
    public final ClientService clients = new Clients();
    public final AclService acls = new Acls();

    private Acl acl = new Acl(List.of(
            AclRule.parse(AclRule.Action.ALLOW, "db.example:5432"),
            AclRule.parse(AclRule.Action.ALLOW, "[10.0.0.0/8]:"),
            AclRule.parse(AclRule.Action.DENY, ":22")));

    private <T> CompletionStage<T> answer(String question, T answer) {
        asked.add(question);
        return failure == null
                ? CompletableFuture.completedFuture(answer)
                : CompletableFuture.<T>failedFuture(failure).thenApply(same -> same);
    }

    private <T> CompletionStage<Outcome<T>> change(String question, T answer) {
        return answer(question, new Outcome<>(answer, warnings));
    }

    public static GatewayView gateway(String state, String cause) {
        return new GatewayView(
                GATEWAY,
                "Warehouse",
                !state.equals("disabled"),
                state,
                cause,
                true,
                Instant.parse("2026-04-02T03:04:05Z"),
                state.equals("waiting") ? 0 : 1,
                2);
    }

    public static DestinationView onPremises(String state, String cause) {
        return onPremises(state, cause, DestinationView.Options.of(DestinationOptions.DEFAULTS));
    }

    /** {@return the on-premises destination, with options of one's own} */
    public static DestinationView onPremises(String state, String cause, DestinationView.Options options) {
        return onPremises("tcp", state, cause, options, null);
    }

    /** {@return the on-premises destination, with a protocol that carries datagrams} */
    public static DestinationView datagrams(long dropped) {
        return onPremises("udp", "listening", "", DestinationView.Options.of(DestinationOptions.DEFAULTS), dropped);
    }

    private static DestinationView onPremises(
            String protocol, String state, String cause, DestinationView.Options options, @Nullable Long dropped) {
        return new DestinationView(
                ON_PREMISES,
                GATEWAY,
                "Database",
                "on-premises",
                protocol,
                new DestinationView.Endpoint("db.example", 5432),
                new DestinationView.Listen("127.0.0.1", 15000),
                !state.equals("disabled"),
                state,
                cause,
                options,
                new DestinationView.Connections(1, 20, 3),
                new DestinationView.Bytes(4096, 8192),
                dropped);
    }

    public static DestinationView cloud() {
        return new DestinationView(
                CLOUD,
                GATEWAY,
                "Mail",
                "cloud",
                "tcp",
                new DestinationView.Endpoint("2001:db8::25", 25),
                new DestinationView.Listen("127.0.0.1", 12000),
                true,
                "waiting",
                "no client is attached",
                DestinationView.Options.of(DestinationOptions.DEFAULTS),
                new DestinationView.Connections(0, 0, 0),
                new DestinationView.Bytes(0, 0),
                null);
    }

    private static ClientView client(String state) {
        return new ClientView(CLIENT, GATEWAY, KEY, "edge-1", "192.0.2.7:40000", "0.1.0", SINCE, 12.345, state);
    }

    private final class Gateways implements GatewayService {
        @Override
        public CompletionStage<Outcome<GatewayView>> create(String name, int tokenDays, boolean tokenRequired) {
            return change(
                    "create " + name + " " + tokenDays + " " + tokenRequired,
                    gateway("waiting", "no client is attached"));
        }

        @Override
        public CompletionStage<List<GatewayView>> list() {
            return answer("list", List.of(gateway("attached", "")));
        }

        @Override
        public CompletionStage<GatewayView> show(GatewayId id) {
            return answer("show " + id, gateway("attached", ""));
        }

        @Override
        public CompletionStage<Outcome<GatewayView>> update(GatewayId id, GatewayService.Update update) {
            return change("update " + id + " " + update, gateway("attached", ""));
        }

        @Override
        public CompletionStage<Outcome<GatewayView>> enable(GatewayId id, boolean enabled) {
            return change(
                    "enable " + id + " " + enabled,
                    enabled ? gateway("waiting", "no client is attached") : gateway("disabled", ""));
        }

        @Override
        public CompletionStage<Outcome<GatewayView>> delete(GatewayId id) {
            return change("delete " + id, gateway("disabled", ""));
        }

        @Override
        public CompletionStage<Outcome<String>> token(GatewayId id, boolean regenerate, @Nullable Integer days) {
            return change("token " + id + " " + regenerate + " " + days, TOKEN);
        }

        @Override
        public CompletionStage<GatewayView> await(GatewayId id, String state, Duration limit) {
            if (state.equals("disabled")) {
                asked.add("await " + state + " " + limit);
                return CompletableFuture.failedFuture(
                        Refusal.unavailable(id + " is waiting after " + limit.toSeconds() + " s"));
            }
            return answer("await " + state + " " + limit, gateway(state, ""));
        }
    }

    private final class Destinations implements DestinationService {
        @Override
        public CompletionStage<Outcome<DestinationView>> create(Draft draft) {
            return change(
                    "create " + draft,
                    draft.direction().word().equals("cloud")
                            ? cloud()
                            : onPremises("waiting", "no client is attached"));
        }

        @Override
        public CompletionStage<List<DestinationView>> list(@Nullable GatewayId gateway) {
            return answer("list " + gateway, List.of(onPremises("listening", ""), cloud()));
        }

        @Override
        public CompletionStage<DestinationView> show(DestinationId id) {
            return answer("show " + id, id.value().equals(CLOUD) ? cloud() : onPremises("listening", ""));
        }

        @Override
        public CompletionStage<Outcome<DestinationView>> update(DestinationId id, DestinationService.Update update) {
            DestinationOptions options = update.options().apply(DestinationOptions.DEFAULTS);
            return change(
                    "update " + id + " " + update.name() + " " + update.protocol() + " " + update.resource() + " "
                            + update.listenPort() + " " + options,
                    onPremises("listening", ""));
        }

        @Override
        public CompletionStage<Outcome<DestinationView>> enable(DestinationId id, boolean enabled) {
            return change("enable " + id + " " + enabled, onPremises(enabled ? "listening" : "disabled", ""));
        }

        @Override
        public CompletionStage<Outcome<DestinationView>> certificatesChanged(DestinationId id) {
            return change("certificates " + id, onPremises("listening", ""));
        }

        @Override
        public CompletionStage<Outcome<DestinationView>> delete(DestinationId id) {
            return change("delete " + id, onPremises("disabled", ""));
        }

        @Override
        public CompletionStage<List<Leg>> test(DestinationId id) {
            return answer(
                    "test " + id,
                    id.value().equals(CLOUD)
                            ? List.of(new Leg("tunnel", true, ""), new Leg("resource", false, "refused"))
                            : List.of(new Leg("tunnel", true, "12 ms"), new Leg("resource", true, "")));
        }

        @Override
        public CompletionStage<DestinationView> await(DestinationId id, String state, Duration limit) {
            return answer("await " + id + " " + state + " " + limit, onPremises(state, ""));
        }
    }

    private final class Clients implements ClientService {
        @Override
        public CompletionStage<List<ClientView>> list() {
            return answer("list", List.of(client("attached")));
        }

        @Override
        public CompletionStage<ClientView> show(ClientId id) {
            return answer("show " + id, client("attached"));
        }

        @Override
        public CompletionStage<Outcome<ClientView>> terminate(ClientId id) {
            return change("terminate " + id, client("attached"));
        }

        @Override
        public CompletionStage<Outcome<ClientView>> drain(ClientId id) {
            return change("drain " + id, client("draining"));
        }

        @Override
        public CompletionStage<Double> probe(ClientId id) {
            return answer("probe " + id, 1.25);
        }

        @Override
        public CompletionStage<Outcome<Integer>> block(String fingerprint) {
            return change("block " + fingerprint, 2);
        }

        @Override
        public CompletionStage<List<ClientHistory>> history(GatewayId gateway) {
            return answer(
                    "history " + gateway,
                    List.of(
                            new ClientHistory(CLIENT, KEY, "edge-1", "192.0.2.7:40000", SINCE, null, ""),
                            new ClientHistory(
                                    "", KEY, "edge-2", "192.0.2.8:40000", SINCE, SINCE, "the token has expired")));
        }
    }

    private final class Acls implements AclService {
        @Override
        public CompletionStage<AclView> show(GatewayId gateway) {
            return answer("show " + gateway, view());
        }

        @Override
        public CompletionStage<Outcome<AclView>> put(GatewayId gateway, AclRule rule) {
            acl = acl.with(rule);
            return change("put " + gateway + " " + rule, view());
        }

        @Override
        public CompletionStage<Outcome<AclView>> remove(GatewayId gateway, String target) {
            Acl without = acl.without(target);
            if (without == null) {
                return CompletableFuture.failedFuture(Refusal.notFound("there is no rule for " + target));
            }
            acl = without;
            return change("remove " + gateway + " " + target, view());
        }

        @Override
        public CompletionStage<Outcome<AclView>> replace(GatewayId gateway, List<AclRule> rules) {
            acl = new Acl(rules);
            return change("replace " + gateway + " " + rules, view());
        }

        private AclView view() {
            return new AclView(
                    GATEWAY,
                    acl.rules().stream()
                            .map(rule -> new AclView.Rule(rule.action().word(), rule.host(), rule.port(), rule.path()))
                            .toList(),
                    "deny",
                    "both",
                    List.of());
        }
    }
}
