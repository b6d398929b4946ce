// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.config.ListenAddress;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.config.SettingException;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.service.Refusal;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.TunnelTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server role: takes the configuration and keeps a {@link GatewayServer} running under it. A configuration that is
 * wrong, or cannot be put in force, leaves the one before as it is; where there is none before, nothing runs until it is
 * right, because a port on an address that nobody wished would be worse than none.
 *
 * <p>Immediate, because the tunnel port is open whether or not somebody uses a service.
 */
@Component(service = ServerRole.class, immediate = true, configurationPid = ServerSettings.PID)
public final class ServerRole {
    private static final Logger LOG = LoggerFactory.getLogger(ServerRole.class);

    private final TunnelTransport transport;
    private final DataPlane dataPlane;
    private final EventHub events;
    private final RegistryFeed registry;
    private final AuthorityFeed authority;
    private final CertificateFeed certificates;
    private volatile @Nullable GatewayServer server;
    private volatile String problem = "";
    private volatile boolean servicesReady;
    private CompletableFuture<Void> lastChange = CompletableFuture.completedFuture(null);

    @Activate
    public ServerRole(
            Map<String, Object> configuration,
            @Reference TunnelTransport transport,
            @Reference DataPlane dataPlane,
            @Reference EventHub events,
            @Reference RegistryFeed registry,
            @Reference AuthorityFeed authority,
            @Reference CertificateFeed certificates) {
        this.transport = transport;
        this.dataPlane = dataPlane;
        this.events = events;
        this.registry = registry;
        this.authority = authority;
        this.certificates = certificates;
        modified(configuration);
    }

    @Modified
    void modified(Map<String, Object> configuration) {
        ServerSettings settings;
        GatewayServer runs = server;
        try {
            settings = ServerSettings.of(configuration, System.getProperties());
            if (runs != null && !runs.settings().listenAddress().equals(settings.listenAddress())) {
                ListenAddress.require(ServerSettings.PID, settings.listenAddress());
            }
        } catch (SettingException e) {
            rejected(String.valueOf(e.getMessage()));
            return;
        }
        if (runs == null) {
            start(settings);
            return;
        }
        lastChange = lastChange
                .exceptionally(failure -> null) // each configuration is judged for itself
                .thenCompose(before -> runs.settings(settings))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        applied();
                    } else {
                        rejected(ServerSettings.PID + ": " + Failures.text(failure));
                    }
                });
    }

    private void start(ServerSettings settings) {
        GatewayServer started = new GatewayServer(
                settings,
                transport,
                dataPlane,
                events,
                registry,
                authority,
                certificates,
                Clock.systemUTC(),
                new SecureRandom());
        server = started;
        if (servicesReady) {
            started.servicesReady();
        }
        applied();
    }

    private void applied() {
        problem = "";
        events.publish(new Event.ConfigurationApplied(ServerSettings.PID));
    }

    private void rejected(String reason) {
        problem = reason + (server == null ? "; the server does not run" : "; the configuration before is kept");
        LOG.warn("server: {}", problem);
        events.publish(new Event.ConfigurationRejected(ServerSettings.PID, reason));
    }

    /** The services can be called; see {@link ServerReadiness}. */
    void servicesReady() {
        servicesReady = true;
        GatewayServer runs = server;
        if (runs != null) {
            runs.servicesReady();
        }
    }

    @Deactivate
    void stop() {
        GatewayServer runs = server;
        if (runs != null) {
            runs.stop();
        }
    }

    /** {@return the server that runs; fails with {@link Refusal} when none does} */
    GatewayServer server() {
        GatewayServer runs = server;
        if (runs == null) {
            throw Refusal.unavailable("the server does not run, because its configuration is wrong: " + problem);
        }
        return runs;
    }

    /** {@return what is wrong with the last configuration; empty when it is in force} */
    String problem() {
        return problem;
    }
}
