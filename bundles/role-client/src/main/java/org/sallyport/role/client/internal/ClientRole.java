// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.GatewayId;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.OptionTexts;
import org.sallyport.api.Registration;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.api.config.LaunchOptions;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.health.HealthCheck.Health;
import org.sallyport.api.pki.DestinationCertificates;
import org.sallyport.api.service.AclService;
import org.sallyport.api.service.AttachmentService;
import org.sallyport.api.service.Refusal;
import org.sallyport.api.service.TunnelView;
import org.sallyport.wire.TunnelProtocol;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Probe;
import org.sallyport.wire.control.Sign;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client role without its container: what is to be attached, and what happens when services come and go. State is the
 * role thread's; what others read is volatile or a snapshot.
 *
 * <p>Life: made idle; {@link #configure} begins with the first valid settings and changes them later;
 * {@link #partAdded} and {@link #partRemoved} tell of other bundles' services; {@link #stop} ends all.
 */
final class ClientRole {
    private static final Logger LOG = LoggerFactory.getLogger(ClientRole.class);
    private static final Duration CEILING_PERIOD = Duration.ofSeconds(2);

    private final RoleContext role;
    private final Serial serial;
    private final EventHub events;
    private final LaunchOptions launch;
    private final Wishes wishes;
    private final StartTokens tokens;
    private final AttachRequests requests;
    private final CeilingFile ceilingFile;
    private final ClientAcls acls;
    private final Probes probes;
    private final Registration stateChanges;
    private final List<Attachment> attachments = new CopyOnWriteArrayList<>();
    private final Map<GatewayId, GatewayLink> links = new HashMap<>();
    private final Map<Object, Installed> protocols = new ConcurrentHashMap<>();
    private volatile Parts parts = Parts.NONE;
    private volatile @Nullable ClientSettings settings;
    private volatile Ceiling ceiling = Ceiling.open();
    private @Nullable Registration ceilingTimer;
    private boolean ready;
    private volatile boolean stopping;

    /** A protocol of this container as far as the role needs to know it; the protocol itself is the data plane's. */
    private record Installed(String name, LegSecurity ingress) {}

    /** What the world gives to the role; see {@link RoleContext}. */
    record World(
            Serial serial,
            RandomGenerator random,
            EventHub events,
            ControlLink.Opener control,
            TokenFiles files,
            CeilingFile ceilingFile,
            String host,
            String version) {}

    /**
     * @param world threads, files and the like
     * @param launch what the command line says
     * @param wishes what the command line wants of ACLs
     */
    ClientRole(World world, LaunchOptions launch, Wishes wishes) {
        this.serial = world.serial();
        this.events = world.events();
        this.launch = launch;
        this.wishes = wishes;
        this.ceilingFile = world.ceilingFile();
        this.role = new RoleContext(
                serial,
                world.random(),
                events,
                () -> parts,
                this::ingressSecurity,
                this::settingsInForce,
                () -> ceiling,
                world.control(),
                new ConfigReader(world.version(), features()),
                world.host(),
                world.version());
        this.acls = new ClientAcls(role, links::get);
        this.probes = new Probes(serial);
        this.tokens = new StartTokens(role, launch, world.files(), tokenOwner);
        this.requests = new AttachRequests(role, attachments, actions);
        this.stateChanges = events.subscribe(this::onEvent);
    }

    private static List<String> features() {
        List<String> features = new ArrayList<>(OptionTexts.known());
        features.add(TunnelProtocol.CERTIFICATES);
        return features;
    }

    private @Nullable LegSecurity ingressSecurity(String protocol) {
        for (Installed each : protocols.values()) {
            if (each.name().equals(protocol)) {
                return each.ingress();
            }
        }
        return null;
    }

    private ClientSettings settingsInForce() {
        return Objects.requireNonNull(settings, "nothing is attached before there are settings");
    }

    /** {@return what operators ask for while the role runs} */
    AttachRequests requests() {
        return requests;
    }

    /** {@return the ACL service of this client} */
    AclService acls() {
        return acls;
    }

    // settings, services, ceiling

    /** Takes settings over; the first begin the role. On any thread. */
    void configure(ClientSettings next) {
        serial.execute(() -> {
            ClientSettings before = settings;
            if (stopping) {
                return;
            }
            settings = next;
            if (before == null) {
                begin(next);
            } else {
                changed(before, next);
            }
        });
    }

    private void begin(ClientSettings first) {
        refreshCeiling();
        tokens.begin(first);
        tellReady();
    }

    private void changed(ClientSettings before, ClientSettings next) {
        if (!next.listenAddress().equals(before.listenAddress())
                || !next.drainTimeout().equals(before.drainTimeout())) {
            links.values().forEach(GatewayLink::reapply);
        }
        tokens.changed(next);
    }

    /** A service of another bundle is there. On any thread. */
    synchronized void partAdded(Object service) {
        parts = parts.with(service);
        serial.execute(() -> {
            tellReady();
            tokens.use();
            attachments.forEach(Attachment::tryNow);
            if (service instanceof DestinationCertificates) {
                links.values().forEach(GatewayLink::certificatesBack);
            }
        });
    }

    /** A protocol is there, which may need certificates. On any thread. */
    void protocolAdded(Object id, String name, LegSecurity ingress) {
        protocols.put(id, new Installed(name, ingress));
        serial.execute(() -> links.values().forEach(GatewayLink::certificatesBack));
    }

    /** It goes. On any thread. */
    void protocolRemoved(Object id) {
        protocols.remove(id);
    }

    /**
     * A service of another bundle goes away. Tunnels that stand on it are drained; they come back with another service of
     * the kind. Keys and tokens are needed to attach only.
     *
     * @param service which
     * @return completes when the role has let go of it
     */
    synchronized CompletionStage<Void> partRemoved(Object service) {
        Parts before = parts;
        parts = before.without(service);
        boolean carrier = service == before.dataPlane();
        if (stopping || (!carrier && service != before.transport())) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> gone = new CompletableFuture<>();
        serial.execute(() -> {
            ClientSettings now = settings;
            if (stopping || now == null) {
                gone.complete(null);
                return;
            }
            String reason =
                    carrier ? "the data plane of this client stops" : "the tunnel transport of this client stops";
            List<CompletionStage<Void>> ends = new ArrayList<>();
            if (carrier) {
                links.values().forEach(link -> ends.add(link.close(now.drainTimeout())));
            }
            attachments.forEach(
                    attachment -> ends.add(tried(attachment, () -> attachment.pause(reason, now.drainTimeout()))));
            all(ends).whenComplete((done, failure) -> gone.complete(null));
        });
        return gone;
    }

    private void tellReady() {
        if (!ready && settings != null && parts.missing().isEmpty()) {
            ready = true;
            events.publish(new Event.ClientReady());
        }
    }

    private void refreshCeiling() {
        Ceiling next = ceilingFile.read();
        if (!next.equals(ceiling)) {
            ceiling = next;
            links.values().forEach(GatewayLink::reapply);
        }
        ceilingTimer = serial.after(CEILING_PERIOD, this::refreshCeiling);
    }

    private void onEvent(Event event) {
        if (event instanceof Event.DestinationChanged changed) {
            serial.execute(() -> {
                GatewayLink link = links.get(changed.gateway());
                if (link != null) {
                    link.statesChanged();
                }
            });
        }
    }

    private final AttachRequests.Actions actions = new AttachRequests.Actions() {
        @Override
        public List<Attachment> make(AttachOrder order, int count) {
            checkServer(order);
            List<Attachment> made = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                made.add(new Attachment(order, role, wishes, owner));
            }
            return made;
        }

        @Override
        public void begin(List<Attachment> made) {
            attachments.addAll(made);
            made.forEach(Attachment::tryNow);
        }

        @Override
        public CompletionStage<Void> leave(List<Attachment> leaving, String reason) {
            return ClientRole.this.leave(leaving, reason);
        }
    };

    private final StartTokens.Owner tokenOwner = new StartTokens.Owner() {
        @Override
        public void attach(AttachOrder order) {
            actions.begin(actions.make(order, launch.tunnels()));
        }

        @Override
        public void withdraw(TokenSource source) {
            List<Attachment> meant = attachments.stream()
                    .filter(each -> each.order().source() == source)
                    .toList();
            leave(meant, "token.files no longer names its token");
            attachments.removeIf(
                    each -> each.order().source() == source && each.state().ended());
        }

        @Override
        public void useless() {
            checkNothingLeft();
        }
    };

    /** To be called when something that was asked for at start has failed for good. */
    private void checkNothingLeft() {
        boolean open = tokens.open()
                || attachments.stream()
                        .anyMatch(attachment -> !attachment.state().ended());
        if (!open && !stopping) {
            LOG.warn("no attachment is left and none will be tried again");
            events.publish(new Event.NothingLeftToAttach());
        }
    }

    // what becomes of attachments

    private final Attachment.Owner owner = new Attachment.Owner() {
        @Override
        public GatewayLink link(Attachment attachment) {
            return links.computeIfAbsent(attachment.order().gateway(), gateway -> new GatewayLink(gateway, role));
        }

        @Override
        public void left(Attachment attachment, TunnelSession session) {
            GatewayLink link = links.get(attachment.order().gateway());
            if (link != null) {
                link.left(session);
            }
        }

        @Override
        public void attached(Attachment attachment) {
            requests.attached(attachment);
        }

        @Override
        public boolean awaited(Attachment attachment) {
            return requests.awaited(attachment);
        }

        @Override
        public void refused(Attachment attachment, Event.AttachRefused refusal) {
            requests.refused(attachment, refusal);
        }

        @Override
        public void ended(Attachment attachment) {
            boolean left = attachment.state() instanceof AttachmentState.Left;
            boolean atStart = attachment.order().source() != null;
            if (left || !atStart) {
                attachments.remove(attachment);
            }
            requests.ended(attachment);
            release(attachment.order().gateway());
            if (atStart && !left) {
                checkNothingLeft();
            }
        }

        @Override
        public void received(Attachment attachment, TunnelSession session, ControlMessage message) {
            if (message instanceof Probe probe) {
                probes.answer(probe, link(attachment), session);
            } else if (message instanceof AclResult result) {
                acls.answered(result, attachment.order().gateway());
            } else if (message instanceof Certificates certificates) {
                link(attachment).received(session, certificates);
            } else if (message instanceof Sign sign) {
                link(attachment).certificates().signed(session, sign);
            } else {
                LOG.debug("{}: passed over {}", session, message.getClass().getSimpleName());
            }
        }
    };

    /** Lets go of a gateway that nothing is wanted of any more. */
    private void release(GatewayId gateway) {
        GatewayLink link = links.get(gateway);
        if (link != null && !wanted(gateway)) {
            link.close(settingsInForce().drainTimeout())
                    .whenComplete((closed, failure) -> serial.execute(() -> {
                        if (!wanted(gateway)) {
                            links.remove(gateway, link);
                        }
                    }));
        }
    }

    private boolean wanted(GatewayId gateway) {
        return attachments.stream()
                .anyMatch(each ->
                        each.order().gateway().equals(gateway) && !each.state().ended());
    }

    /**
     * One gateway, one server: destinations and ACL of a gateway are kept under its ID, and whoever issues tokens can write
     * any ID into them. Destinations, and with them keys and trust, are known by what their gateway's ID begins with.
     *
     * @throws Refusal when its gateway, or one whose ID begins alike, is held with another server
     */
    private void checkServer(AttachOrder order) {
        for (Attachment held : attachments) {
            GatewayId other = held.order().gateway();
            if (!other.equals(order.gateway())
                    && other.stem().equals(order.gateway().stem())
                    && !held.state().ended()) {
                throw Refusal.conflict("gateway " + other + " is held here, whose destinations are named as those of "
                        + order.gateway() + " would be: detach its clients first");
            }
            if (held.order().gateway().equals(order.gateway()) && !held.state().ended() && !held.sameServer(order)) {
                throw Refusal.conflict("gateway " + order.gateway() + " is held here with "
                        + held.order().serverText() + ": expected a token of that server, this one is of "
                        + order.serverText() + "; to change over, detach the gateway's clients first");
            }
        }
    }

    // ending

    /** Drains and ends attachments; client ports of gateways that nothing else is wanted of close at once. */
    private CompletionStage<Void> leave(List<Attachment> leaving, String reason) {
        Duration drain = settingsInForce().drainTimeout();
        List<CompletionStage<Void>> ends = new ArrayList<>();
        Set<GatewayId> gateways = new HashSet<>();
        for (Attachment attachment : leaving) {
            if (!attachment.state().ended()) {
                gateways.add(attachment.order().gateway());
            }
        }
        for (GatewayId gateway : gateways) {
            GatewayLink link = links.get(gateway);
            boolean last = attachments.stream()
                    .noneMatch(each -> each.order().gateway().equals(gateway)
                            && !each.state().ended()
                            && !leaving.contains(each));
            if (link != null && last) {
                ends.add(link.close(drain));
            }
        }
        for (Attachment attachment : leaving) {
            ends.add(tried(attachment, () -> attachment.leave(reason, drain)));
        }
        return all(ends);
    }

    /**
     * Detaches everywhere: client ports close, connections may finish up to the drain timeout, tunnels close.
     *
     * @return completes when all is closed, at the drain timeout or soon after
     */
    CompletionStage<Void> stop() {
        if (stopping) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        stateChanges.close();
        stopping = true;
        serial.execute(() -> {
            if (ceilingTimer != null) {
                ceilingTimer.close();
            }
            if (settings == null) {
                stopped.complete(null);
                return;
            }
            requests.stop();
            leave(List.copyOf(attachments), "the client stops").whenComplete((left, failure) -> stopped.complete(null));
        });
        return stopped;
    }

    /** One that cannot end in order, because its threads have ended under it, keeps no other from ending. */
    private static CompletionStage<Void> tried(Attachment attachment, Supplier<CompletionStage<Void>> end) {
        try {
            return end.get();
        } catch (RuntimeException e) {
            LOG.warn("{}: its tunnel has gone already: {}", attachment.order().gateway(), e.getMessage());
            return CompletableFuture.completedFuture(null);
        }
    }

    private static CompletionStage<Void> all(List<CompletionStage<Void>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new));
    }

    // how it is shown, on any thread

    List<AttachmentService.Attachment> attachments() {
        return attachments.stream().map(RoleViews::of).toList();
    }

    List<TunnelView> tunnels() {
        return attachments.stream()
                .flatMap(attachment -> RoleViews.tunnels(attachment).stream())
                .toList();
    }

    Health attachmentHealth() {
        return settings == null
                ? Health.bad("nothing is attached, because the configuration is wrong")
                : RoleViews.attachments(tokens.sources(), attachments);
    }

    Health ceilingHealth() {
        return RoleViews.ceiling(ceiling);
    }
}
