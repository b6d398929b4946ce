// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Ids;
import org.sallyport.api.Registration;
import org.sallyport.api.Release;
import org.sallyport.api.config.ServerSettings;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.api.service.Refusal;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.wire.control.Terminate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway server that runs: the tunnel port, the gateways and their clients, and how a change gets from the registry to
 * all of them. What it holds lives on the role's thread; services get there with {@link #ask}.
 */
final class GatewayServer {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
    private static final Duration EVERYWHERE = Duration.ofSeconds(5);
    private static final Duration OWN_ADDRESSES = Duration.ofSeconds(30);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int HOST_NAME_SECONDS = 2;

    private final RoleThread thread = new RoleThread();
    private final OwnAddresses own = new OwnAddresses();
    private final RegistryFeed registry;
    private final AuthorityFeed authority;
    private final CertificateFeed certificates;
    private final EventHub events;
    private final Clock clock;
    private final Ids ids;
    private final Gateways gateways;
    private final Attachments attachments;
    private final Awaiting awaiting;
    private final TunnelPort port;
    private final CompletableFuture<@Nullable String> hostName;
    private final List<Registration> watches;
    private volatile ServerSettings settings;
    private PlaneTerms terms;
    private @Nullable RegistrySnapshot taken;
    private @Nullable HeldSnapshot takenHeld;
    private @Nullable PlaneTerms takenTerms;
    private @Nullable TunnelIdentity shown;
    private @Nullable HostPort opened;
    private List<HostPort> told = List.of();
    private boolean servicesReady;
    private boolean lookDue;
    private boolean stopping;

    /** Begins; the tunnel port opens when registry, key authority and certificates have been seen. */
    GatewayServer(
            ServerSettings settings,
            TunnelTransport transport,
            DataPlane dataPlane,
            EventHub events,
            RegistryFeed registry,
            AuthorityFeed authority,
            CertificateFeed certificates,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.terms = PlaneTerms.of(settings, own);
        this.registry = registry;
        this.authority = authority;
        this.certificates = certificates;
        this.events = events;
        this.clock = clock;
        this.ids = new Ids(random);
        this.hostName = HostName.lookUp().completeOnTimeout(null, HOST_NAME_SECONDS, TimeUnit.SECONDS);
        this.awaiting = new Awaiting(thread);
        this.gateways = new Gateways(dataPlane, clock, thread, this::removed);
        this.attachments = new Attachments(
                thread,
                registry,
                authority,
                certificates,
                events,
                gateways,
                new Surroundings(),
                clock,
                System::nanoTime,
                ids,
                Release.version());
        this.port = new TunnelPort(
                transport,
                thread,
                new HostPort(settings.tunnelAddress(), settings.tunnelPort()),
                attachments::arrived,
                this::opened,
                reason -> events.publish(new Event.StartFailed(reason)));
        this.watches = List.of(
                registry.watch(() -> thread.post(this::refresh)),
                authority.watch(() -> thread.post(this::refresh)),
                certificates.watch(() -> thread.post(this::refresh)),
                events.subscribe(event -> {
                    if (event instanceof Event.DestinationChanged) {
                        thread.post(this::changed);
                    }
                }));
        thread.post(this::refresh);
        thread.after(OWN_ADDRESSES, this::refreshOwnAddresses);
    }

    private final class Surroundings implements Attachments.Surroundings {
        @Override
        public void refresh() {
            GatewayServer.this.refresh();
        }

        @Override
        public List<HostPort> addresses() {
            return GatewayServer.this.addresses();
        }

        @Override
        public void changed() {
            GatewayServer.this.changed();
        }
    }

    private void refreshOwnAddresses() {
        own.refresh();
        thread.after(OWN_ADDRESSES, this::refreshOwnAddresses);
    }

    // for services; on the role's thread unless it is said otherwise

    /** Asks something on the role's thread; on any thread. */
    <T> CompletableFuture<T> ask(Supplier<CompletionStage<T>> question) {
        return thread.ask(question);
    }

    /** {@return the role's thread} */
    RoleThread thread() {
        return thread;
    }

    Gateways gateways() {
        return gateways;
    }

    /** {@return the gateway; fails with {@link Refusal} when there is none} */
    GatewayState gateway(GatewayId id) {
        registry.requireSnapshot();
        GatewayState state = gateways.get(id);
        if (state == null) {
            throw Refusal.notFound("there is no gateway " + id + "; gateway:list shows those that there are");
        }
        return state;
    }

    /** {@return the gateway whose IDs begin as a client's does, null when there is none} */
    @Nullable
    GatewayState gatewayOf(ClientId client) {
        for (GatewayState state : gateways.all()) {
            if (client.belongsTo(state.id())) {
                return state;
            }
        }
        return null;
    }

    Attachments attachments() {
        return attachments;
    }

    Awaiting awaiting() {
        return awaiting;
    }

    RegistryFeed registry() {
        return registry;
    }

    AuthorityFeed authority() {
        return authority;
    }

    /**
     * Takes up what was changed of certificates before this call.
     *
     * @return completes on the role's thread; fails with {@link Refusal} while they are away
     */
    CompletionStage<Void> certificatesChanged() {
        return certificates.caughtUp().thenRunAsync(this::refresh, thread);
    }

    Clock clock() {
        return clock;
    }

    Ids ids() {
        return ids;
    }

    /** {@return the settings in force; on any thread} */
    ServerSettings settings() {
        return settings;
    }

    /** {@return the tunnel port; on any thread} */
    TunnelPort port() {
        return port;
    }

    /** {@return where clients reach the tunnel port; empty while it is not open} */
    List<HostPort> addresses() {
        HostPort bound = port.address();
        return bound == null && settings.tunnelAdvertised().isEmpty()
                ? List.of()
                : TunnelAddresses.of(
                        settings.tunnelAdvertised(),
                        bound == null ? new HostPort(settings.tunnelAddress(), settings.tunnelPort()) : bound,
                        hostName.getNow(null));
    }

    /** {@return completes when it is known how this machine is called, so that {@link #addresses} are final} */
    CompletableFuture<@Nullable String> hostName() {
        return hostName;
    }

    /** Records who changed what. */
    void audit(String actor, String action, Object subject) {
        events.publish(new Event.Changed(actor, action, subject.toString()));
    }

    /**
     * Makes a change durable and takes it up here.
     *
     * @param transaction as {@link RegistryFeed#change} wants it
     * @return the snapshot after it, on the role's thread
     */
    CompletableFuture<RegistrySnapshot> store(Function<RegistrySnapshot, List<RegistryChange>> transaction) {
        return registry.change(transaction)
                .thenApplyAsync(
                        snapshot -> {
                            refresh();
                            return snapshot;
                        },
                        thread);
    }

    /**
     * Waits until the present configuration of a gateway is in force here and at each attached client, 5 s at most.
     *
     * @param id the gateway
     * @return a sentence for each end that has not applied it; on the role's thread
     */
    CompletableFuture<List<String>> everywhere(GatewayId id) {
        GatewayState state = gateways.get(id);
        if (state == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<CompletableFuture<?>> ends = new ArrayList<>();
        List<CompletableFuture<Boolean>> atClients = new ArrayList<>();
        List<AttachedClient> clients = List.copyOf(state.clients().values());
        CompletableFuture<?> here = state.inForce();
        ends.add(here.handle((states, failure) -> true));
        for (AttachedClient client : clients) {
            CompletableFuture<Boolean> applied = client.whenApplied(state.revision());
            atClients.add(applied);
            ends.add(applied);
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, EVERYWHERE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApplyAsync(
                        done -> {
                            List<String> warnings = new ArrayList<>();
                            if (!here.isDone()) {
                                warnings.add("this server has not applied the change yet");
                            } else if (here.isCompletedExceptionally()) {
                                warnings.add("this server could not apply the change: "
                                        + Failures.text(here.handle((states, failure) -> failure)
                                                .join()));
                            }
                            for (int i = 0; i < clients.size(); i++) {
                                if (!atClients.get(i).isDone()) {
                                    clients.get(i).stopWaiting(atClients.get(i));
                                    warnings.add("client " + clients.get(i).id() + " on "
                                            + clients.get(i).host()
                                            + " has not applied the change yet; it does so when it can");
                                }
                            }
                            return warnings;
                        },
                        thread);
    }

    // what comes from outside; on the role's thread

    /** Takes up the latest snapshots, settings and identity; does nothing when it has. */
    @SuppressWarnings("ReferenceEquality") // whether this very snapshot was taken up, not one that is like it
    private void refresh() {
        RegistrySnapshot snapshot = registry.snapshot();
        HeldSnapshot held = certificates.snapshot();
        if (stopping || snapshot == null || held == null) {
            return; // a client that got a configuration without its certificates would let go of what it has
        }
        if (snapshot != taken || held != takenHeld || !terms.equals(takenTerms)) {
            taken = snapshot;
            takenHeld = held;
            takenTerms = terms;
            gateways.refresh(snapshot, held, terms);
            changed();
        }
        TunnelIdentity identity = authority.identity();
        if (identity != null) {
            port.show(identity);
            if (shown != null && !sameToClients(shown, identity)) {
                attachments.renew("the server has a new certificate");
            }
            shown = identity;
        }
    }

    private static boolean sameToClients(TunnelIdentity one, TunnelIdentity other) {
        return one.serverName().equals(other.serverName())
                && one.pin().equals(other.pin())
                && Objects.equals(one.nextPin(), other.nextPin())
                && one.material().chain().equals(other.material().chain());
    }

    private void removed(GatewayState state) {
        for (AttachedClient client : List.copyOf(state.clients().values())) {
            attachments.terminate(
                    state, client, new Terminate("gateway-deleted", "gateway " + state.id() + " was deleted", false));
        }
        taken = null; // a gateway that came back while it was leaving is taken up now
        refresh();
    }

    private void opened(HostPort address) {
        if (told.isEmpty()) {
            told = addresses();
        }
        opened = address;
        announce();
    }

    /** The services are registered: whoever hears that the server is ready can call them. */
    void servicesReady() {
        thread.post(() -> {
            servicesReady = true;
            announce();
        });
    }

    private void announce() {
        if (servicesReady && opened != null) {
            events.publish(new Event.ServerReady(opened));
            opened = null; // once for each time that the port was opened
        }
    }

    private void changed() {
        if (!lookDue) {
            lookDue = true;
            thread.post(() -> {
                lookDue = false;
                awaiting.look();
            });
        }
    }

    /**
     * Puts other settings in force, as the difference to the present ones; on any thread.
     *
     * @param next checked already
     * @return fails when the tunnel port cannot be moved, and then nothing has changed
     */
    CompletableFuture<Void> settings(ServerSettings next) {
        return ask(() -> port.move(new HostPort(next.tunnelAddress(), next.tunnelPort()))
                .thenAccept(moved -> {
                    List<HostPort> before = told;
                    settings = next;
                    terms = PlaneTerms.of(next, own);
                    refresh();
                    told = addresses();
                    if (!before.isEmpty() && !told.equals(before)) {
                        attachments.renew("the server has other addresses");
                    }
                    LOG.info("server: the configuration was applied");
                }));
    }

    /** Drains everything and ends; waits for the drain timeout and a little more at most. */
    void stop() {
        long begun = System.nanoTime();
        Duration drain = settings.drainTimeout();
        watches.forEach(Registration::close);
        CompletableFuture<Void> stopped = ask(() -> {
            stopping = true;
            CompletableFuture<Void> free = port.close();
            awaiting.end(Refusal.unavailable("the server role is stopping"));
            attachments.stop(drain);
            return gateways.close(drain)
                    .exceptionally(failure -> null) // tunnels are closed whatever became of the planes
                    .thenComposeAsync(closed -> attachments.close(), thread)
                    .thenCombine(free, (closed, port) -> null);
        });
        try {
            stopped.get(drain.plus(LAST_WORDS).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("server: not everything ended in time", e);
        }
        thread.stop(LAST_WORDS);
        LOG.info("server: stopped after {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }
}
