// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.ClientId;
import org.sallyport.api.ClientKey;
import org.sallyport.api.GatewayId;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.service.ClientHistory;
import org.sallyport.api.service.ClientService;
import org.sallyport.api.service.ClientView;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.Refusal;
import org.sallyport.wire.control.Terminate;

/** Attached clients, for operators. */
@Component(service = ClientService.class)
public final class ClientOperations implements ClientService {
    private static final Duration RETURN = Duration.ofSeconds(5);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Supplier<GatewayServer> running;

    @Activate
    public ClientOperations(@Reference ServerRole role) {
        this(role::server);
    }

    ClientOperations(Supplier<GatewayServer> running) {
        this.running = running;
    }

    /** A client and its gateway. */
    private record Found(GatewayState gateway, AttachedClient client) {
        ClientView view() {
            return Views.client(gateway, client);
        }
    }

    private static Found find(GatewayServer server, ClientId id) {
        GatewayState gateway = server.gatewayOf(id);
        AttachedClient client = gateway == null ? null : gateway.clients().get(id);
        if (gateway == null || client == null) {
            throw Refusal.notFound("client " + id + " is not attached; client:list shows those that are");
        }
        return new Found(gateway, client);
    }

    @Override
    public CompletionStage<List<ClientView>> list() {
        return Operations.on(running, server -> {
            List<ClientView> views = new ArrayList<>();
            for (GatewayState gateway : server.gateways().all()) {
                gateway.clients().values().forEach(client -> views.add(Views.client(gateway, client)));
            }
            return CompletableFuture.completedFuture(List.copyOf(views));
        });
    }

    @Override
    public CompletionStage<ClientView> show(ClientId id) {
        return Operations.on(
                running,
                server -> CompletableFuture.completedFuture(find(server, id).view()));
    }

    @Override
    public CompletionStage<Outcome<ClientView>> terminate(ClientId id) {
        return Operations.on(running, server -> {
            Found found = find(server, id);
            ClientView last = found.view();
            server.attachments()
                    .terminate(
                            found.gateway(),
                            found.client(),
                            new Terminate("terminated", "terminated by the server's operator", false));
            server.audit(Operations.ACTOR, "client:terminate", id);
            return gone(server, found.client())
                    .thenApply(ended -> new Outcome<>(
                            last, ended ? List.of() : List.of("the tunnel of client " + id + " is still closing")));
        });
    }

    @Override
    public CompletionStage<Outcome<ClientView>> drain(ClientId id) {
        return Operations.on(running, server -> {
            Found found = find(server, id);
            server.attachments()
                    .drain(found.client(), server.settings().drainTimeout(), "drained by the server's operator");
            server.audit(Operations.ACTOR, "client:drain", id);
            ClientView last = found.view();
            return gone(server, found.client())
                    .thenApply(ended -> new Outcome<>(
                            last, ended ? List.of() : List.of("client " + id + " still has open connections")));
        });
    }

    /** {@return whether the client is gone, on the role's thread; after 5 s at the latest} */
    private static CompletableFuture<Boolean> gone(GatewayServer server, AttachedClient client) {
        return client.whenGone()
                .thenApply(gone -> true)
                .completeOnTimeout(false, RETURN.toMillis(), TimeUnit.MILLISECONDS)
                .thenApplyAsync(gone -> gone, server.thread());
    }

    @Override
    public CompletionStage<Double> probe(ClientId id) {
        return Operations.on(running, server -> {
            CompletableFuture<Double> millis = new CompletableFuture<>();
            find(server, id).client().session().tunnel().ping().addListener((Future<Long> ping) -> {
                if (ping.isSuccess()) {
                    millis.complete(ping.getNow() / NANOS_PER_MILLI);
                } else {
                    millis.completeExceptionally(
                            Refusal.unavailable("client " + id + " did not answer: " + Failures.text(ping.cause())));
                }
            });
            server.thread()
                    .after(
                            RETURN,
                            () -> millis.completeExceptionally(Refusal.unavailable(
                                    "client " + id + " did not answer within " + RETURN.toSeconds() + " s")));
            return millis;
        });
    }

    @Override
    public CompletionStage<Outcome<Integer>> block(String fingerprint) {
        return Operations.on(running, server -> {
            String key = key(fingerprint);
            return server.store(snapshot -> snapshot.blockedKeys().contains(key)
                            ? List.of()
                            : List.of(new RegistryChange.BlockKey(key)))
                    .thenComposeAsync(snapshot -> terminateAll(server, key), server.thread());
        });
    }

    private static String key(String fingerprint) {
        try {
            return ClientKey.checkFingerprint(fingerprint.strip().toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static CompletableFuture<Outcome<Integer>> terminateAll(GatewayServer server, String key) {
        server.audit(Operations.ACTOR, "client:block", key);
        Terminate blocked = new Terminate("key-blocked", "its key was blocked by the server's operator", false);
        List<CompletableFuture<Boolean>> ends = new ArrayList<>();
        for (GatewayState gateway : server.gateways().all()) {
            for (AttachedClient client : List.copyOf(gateway.clients().values())) {
                if (client.key().equals(key)) {
                    server.attachments().terminate(gateway, client, blocked);
                    ends.add(gone(server, client));
                }
            }
        }
        server.attachments().dismissLeft(key, blocked);
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> new Outcome<>(
                        ends.size(),
                        ends.stream().allMatch(CompletableFuture::join)
                                ? List.of()
                                : List.of("the tunnel of one of its clients is still closing")));
    }

    @Override
    public CompletionStage<List<ClientHistory>> history(GatewayId gateway) {
        return Operations.on(
                running,
                server -> CompletableFuture.completedFuture(
                        server.gateway(gateway).history().latestFirst()));
    }
}
