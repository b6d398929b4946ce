// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.sallyport.api.AclFile;
import org.sallyport.api.AclRule;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Release;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.config.ListenAddress;
import org.sallyport.api.config.SettingException;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.health.HealthCheck.Health;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.pki.TokenReader;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AclView;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.Outcome;
import org.sallyport.api.service.TunnelService;
import org.sallyport.api.service.TunnelView;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.Protocol;
import org.sallyport.spi.TunnelTransport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client role in its container. It owns sockets through others, so nothing but its own bundle's end stops it: settings
 * are taken over while it runs, and services of other bundles come and go.
 *
 * <p>With settings that are wrong at start it stays idle until they are corrected: defaults in place of what an operator
 * wrote would open ports on an address that nobody asked for.
 */
@Component(
        configurationPid = ClientSettings.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        property = AclService.ROLE + "=client",
        service = {AttachmentService.class, TunnelService.class, AclService.class, ClientComponent.class},
        // it acts by itself: it attaches
        immediate = true)
public final class ClientComponent implements AttachmentService, TunnelService, AclService {
    /** System property: the container's {@code etc} where no {@link #KARAF_ETC} names it. */
    private static final String SALLYPORT_ETC = "sallyport.etc";

    private static final String KARAF_ETC = "karaf.etc";

    private static final String SERVICE_ID = "service.id";

    private static final Logger LOG = LoggerFactory.getLogger(ClientComponent.class);
    private static final Duration BEYOND_DRAIN = Duration.ofMillis(1500);
    private static final Duration LAST_TASKS = Duration.ofSeconds(2);
    private static final Duration MOST_DRAIN = Duration.ofSeconds(50);

    private final EventHub events;
    private final Properties system;
    private final SerialThread thread;
    private final ClientRole role;
    private volatile String problem = "";
    private volatile Duration drain = MOST_DRAIN;
    private boolean configured;
    private String listenAddress = "";

    /**
     * Starts the role.
     *
     * @param events where events go
     * @param configuration of {@value ClientSettings#PID}
     */
    @Activate
    public ClientComponent(@Reference EventHub events, Map<String, ?> configuration) {
        this(events, configuration, System.getProperties());
    }

    ClientComponent(EventHub events, Map<String, ?> configuration, Properties system) {
        this.events = events;
        this.system = system;
        this.thread = new SerialThread("sallyport-client");
        LaunchOptions launch = new LaunchOptions(List.of(), null, 1, List.of(), null);
        Wishes wishes = new Wishes(List.of(), null);
        String wrong = "";
        try {
            LaunchOptions given = LaunchOptions.of(system);
            wishes = new Wishes(given.allow(), acl(given.aclFile()));
            launch = given;
        } catch (IllegalArgumentException e) {
            // the launcher checks its own options; this is for one that another program starts
            wrong = String.valueOf(e.getMessage());
            LOG.error("client role: nothing is attached: {}", wrong);
        }
        this.role = new ClientRole(
                new ClientRole.World(
                        thread,
                        RandomGenerator.getDefault(),
                        events,
                        ChannelControlLink.on(thread),
                        TokenFiles.onThreads(System.in),
                        new CeilingFile(ceilingPath(system)),
                        HostName.lookUp(),
                        Release.version()),
                launch,
                wishes);
        if (wrong.isEmpty()) {
            configure(configuration);
        } else {
            problem = wrong;
            events.publish(new Event.AttachRefused(null, "options-wrong", wrong, null, ""));
            events.publish(new Event.NothingLeftToAttach());
        }
    }

    private static @Nullable List<AclRule> acl(@Nullable String file) {
        if (file == null) {
            return null;
        }
        try {
            return AclFile.parse(Files.readString(Path.of(file))).rules();
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new IllegalArgumentException("ACL file " + file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("ACL file " + file + " holds no text", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("ACL file " + file + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("ACL file " + file + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable Path ceilingPath(Properties system) {
        String etc = system.getProperty(SALLYPORT_ETC, system.getProperty(KARAF_ETC, ""));
        return etc.isEmpty() ? null : Path.of(etc, CeilingFile.NAME);
    }

    @Modified
    void configure(Map<String, ?> configuration) {
        try {
            ClientSettings settings = ClientSettings.of(configuration, system);
            if (configured && !settings.listenAddress().equals(listenAddress)) {
                ListenAddress.require(ClientSettings.PID, settings.listenAddress());
            }
            listenAddress = settings.listenAddress();
            boolean news = configured || !problem.isEmpty();
            problem = "";
            drain = settings.drainTimeout();
            role.configure(settings);
            configured = true;
            if (news) {
                LOG.info("client role: settings taken over");
                events.publish(new Event.ConfigurationApplied(ClientSettings.PID));
            }
        } catch (SettingException e) {
            problem = String.valueOf(e.getMessage());
            LOG.error("client role: {}; {}", problem, configured ? "the settings before it stay in force" : "idle");
            events.publish(new Event.ConfigurationRejected(ClientSettings.PID, problem));
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTransport(TunnelTransport transport) {
        role.partAdded(transport);
    }

    void removeTransport(TunnelTransport transport) {
        await(role.partRemoved(transport), "letting go of the tunnel transport");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addDataPlane(DataPlane dataPlane) {
        role.partAdded(dataPlane);
    }

    void removeDataPlane(DataPlane dataPlane) {
        await(role.partRemoved(dataPlane), "letting go of the data plane");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addIdentity(ClientIdentity identity) {
        role.partAdded(identity);
    }

    void removeIdentity(ClientIdentity identity) {
        await(role.partRemoved(identity), "letting go of the key");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addTokenReader(TokenReader reader) {
        role.partAdded(reader);
    }

    void removeTokenReader(TokenReader reader) {
        await(role.partRemoved(reader), "letting go of the token reader");
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCertificates(DestinationCertificates certificates) {
        role.partAdded(certificates);
    }

    void removeCertificates(DestinationCertificates certificates) {
        await(role.partRemoved(certificates), "letting go of the certificates");
    }

    /** Only what it says of itself is kept: the protocol is the data plane's. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addProtocol(Protocol protocol, Map<String, Object> properties) {
        role.protocolAdded(
                properties.getOrDefault(SERVICE_ID, ""),
                String.valueOf(properties.get(Protocol.NAME)),
                protocol.ingressSecurity());
    }

    void removeProtocol(Map<String, Object> properties) {
        role.protocolRemoved(properties.getOrDefault(SERVICE_ID, ""));
    }

    @Deactivate
    void stop() {
        long began = System.nanoTime();
        await(role.stop(), "stopping");
        thread.stop(LAST_TASKS);
        LOG.info("client role: stopped in {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private void await(CompletionStage<Void> end, String what) {
        try {
            end.toCompletableFuture().get(drain.plus(BEYOND_DRAIN).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn("client role: {} took longer than {} ms and goes on without a wait", what, drain.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.warn("client role: {} failed", what, e);
        }
    }

    Health configurationHealth() {
        String wrong = problem;
        return wrong.isEmpty() ? Health.good("in force") : Health.bad(wrong);
    }

    Health attachmentHealth() {
        return role.attachmentHealth();
    }

    Health ceilingHealth() {
        return role.ceilingHealth();
    }

    // the services; the role answers

    @Override
    public CompletionStage<Outcome<List<ClientId>>> attach(String token, int tunnels, @Nullable HostPort server) {
        return role.requests().attach(token, tunnels, server);
    }

    @Override
    public CompletionStage<Outcome<ClientId>> detach(ClientId client) {
        return role.requests().detach(client);
    }

    @Override
    public CompletionStage<Outcome<Integer>> detachAll(GatewayId gateway) {
        return role.requests().detachAll(gateway);
    }

    @Override
    public List<AttachmentService.Attachment> attachments() {
        return role.attachments();
    }

    @Override
    public List<TunnelView> tunnels() {
        return role.tunnels();
    }

    @Override
    public CompletionStage<AclView> show(GatewayId gateway) {
        return role.acls().show(gateway);
    }

    @Override
    public CompletionStage<Outcome<AclView>> put(GatewayId gateway, AclRule rule) {
        return role.acls().put(gateway, rule);
    }

    @Override
    public CompletionStage<Outcome<AclView>> remove(GatewayId gateway, String target) {
        return role.acls().remove(gateway, target);
    }

    @Override
    public CompletionStage<Outcome<AclView>> replace(GatewayId gateway, List<AclRule> rules) {
        return role.acls().replace(gateway, rules);
    }
}
