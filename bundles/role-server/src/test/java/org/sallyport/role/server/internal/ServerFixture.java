// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.DestinationOptions;
import org.sallyport.api.Direction;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.service.DestinationService;
import org.sallyport.api.service.DestinationView;
import org.sallyport.api.service.Refusal;
import org.sallyport.spi.Protocol;

/** A server with stores, data plane and transport of memory, and its services. */
final class ServerFixture implements AutoCloseable {
    static final String KEY_A = "a".repeat(64);
    static final String KEY_B = "b".repeat(64);

    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
    final MemoryRegistry store = new MemoryRegistry();
    final TestAuthority keys = new TestAuthority();
    final RegistryFeed registry = new RegistryFeed();
    final AuthorityFeed authority = new AuthorityFeed();
    final CertificateFeed certificates = new CertificateFeed();
    final TestCertificates held = new TestCertificates(keys.certificate());
    final RecordingHub events = new RecordingHub();
    final RecordingPlane planes = new RecordingPlane();
    final TestTransport transport = new TestTransport();
    final ProtocolNames protocols = new ProtocolNames();
    final Map<String, Object> configuration = new HashMap<>();
    final GatewayServer server;
    final GatewayOperations gateways;
    final DestinationOperations destinations;
    final ClientOperations clients;
    final AclOperations acls;
    final TunnelOverview tunnels;

    private boolean stopped;

    ServerFixture() {
        this(Map.of());
    }

    ServerFixture(Map<String, Object> settings) {
        configuration.put("tunnel.port", "0");
        configuration.put("tunnel.address", "127.0.0.1");
        configuration.put("drain.timeout", "1");
        configuration.putAll(settings);
        protocols.addProtocol(Map.of("service.id", 1L, Protocol.NAME, "tcp"));
        registry.bindRegistry(store);
        authority.bindTunnels(keys);
        authority.bindTokens(keys);
        certificates.bindHeld(held);
        certificates.bindIssuer(held);
        InstantSource time = now::get;
        server = new GatewayServer(
                ServerSettings.of(configuration, new Properties()),
                transport,
                planes,
                events,
                registry,
                authority,
                certificates,
                time.withZone(ZoneOffset.UTC),
                new Random(7));
        gateways = new GatewayOperations(() -> server);
        destinations = new DestinationOperations(() -> server, protocols);
        clients = new ClientOperations(() -> server);
        acls = new AclOperations(() -> server);
        tunnels = new TunnelOverview(() -> server);
        server.servicesReady();
        assertThat(events.next(Event.ServerReady.class).tunnel().port()).isPositive();
    }

    /** {@return what a stage gives, within 10 s} */
    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer within 10 s", e);
        }
    }

    /** {@return the refusal with which a stage fails} */
    static Refusal refusal(CompletionStage<?> stage) {
        try {
            Object value = get(stage);
            throw new AssertionError("not refused: " + value);
        } catch (Refusal refusal) {
            return refusal;
        }
    }

    String gateway() {
        return get(gateways.create("office", 90, true)).value().id();
    }

    String token(String gateway) {
        return get(gateways.token(new GatewayId(gateway), false, null)).value();
    }

    DestinationService.Draft draft(String gateway, Direction direction, Integer port) {
        return new DestinationService.Draft(
                new GatewayId(gateway),
                "wiki",
                direction,
                "tcp",
                HostPort.parse("wiki.example:80"),
                port,
                DestinationOptions.DEFAULTS);
    }

    DestinationView destination(String gateway) {
        return get(destinations.create(draft(gateway, Direction.ON_PREMISES, null)))
                .value();
    }

    DestinationView show(DestinationView destination) {
        return get(destinations.show(new DestinationId(destination.id())));
    }

    /** Stops the server; {@link #close} does so otherwise. */
    void stop() {
        stopped = true;
        server.stop();
    }

    /** Runs something on the role's thread after all that was handed over before. */
    void settle() {
        get(server.ask(() -> CompletableFuture.completedFuture(true)));
    }

    Clock clock() {
        InstantSource time = now::get;
        return time.withZone(ZoneOffset.UTC);
    }

    @Override
    public void close() {
        if (!stopped) {
            stop();
        }
        transport.close();
        store.close();
    }
}
