// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.Destination;
import org.sallyport.api.GatewayId;
import org.sallyport.api.State;
import org.sallyport.api.config.ClientSettings;
import org.sallyport.spi.DataPlane;
import org.sallyport.spi.GatewayPlane;
import org.sallyport.spi.PlaneConfig;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.Listeners;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process does for one gateway: one plane, whatever the number of attachments, with the newest configuration that
 * any of them brought. Client ports are opened once and their streams spread over the tunnels. On the role's thread.
 *
 * <p>It lives as long as an attachment to its gateway is wanted, so ports stay with their gateway while a lost tunnel is
 * being made again; the plane closes them after the grace.
 */
final class GatewayLink {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLink.class);

    /** How long client ports stay open after the last tunnel went. */
    private static final Duration LISTEN_GRACE = Duration.ofSeconds(3);

    /** One counter a destination, so that connections spread evenly over this process's own tunnels. */
    private static final String BALANCER = "round-robin";

    private final GatewayId gateway;
    private final RoleContext role;
    private final GatewayCertificates certificates;
    private final EarlyCertificates early = new EarlyCertificates();
    private final List<TunnelSession> sessions = new ArrayList<>();
    private @Nullable GatewayPlane plane;
    private CompletionStage<Void> closing = CompletableFuture.completedFuture(null);
    private @Nullable ClientConfig config;
    private @Nullable Applied applied;
    private long appliedRevision;
    private List<Runnable> onceApplied = new ArrayList<>();

    GatewayLink(GatewayId gateway, RoleContext role) {
        this.gateway = gateway;
        this.role = role;
        this.certificates = new GatewayCertificates(gateway, role, new CertificatesOwner());
    }

    private final class CertificatesOwner implements GatewayCertificates.Owner {
        @Override
        public List<TunnelSession> sessions() {
            return GatewayLink.this.sessions();
        }

        @Override
        public void reapply() {
            GatewayLink.this.reapply();
        }

        @Override
        public void report() {
            if (applied != null) {
                GatewayLink.this.report();
            }
        }
    }

    GatewayId gateway() {
        return gateway;
    }

    /** {@return the configuration that was taken last, null before the first} */
    @Nullable
    ClientConfig config() {
        return config;
    }

    /** {@return the attached tunnels on which messages can be sent, oldest first} */
    List<TunnelSession> sessions() {
        return List.copyOf(sessions);
    }

    /** {@return the certificates of its legs at this client} */
    GatewayCertificates certificates() {
        return certificates;
    }

    /** The server sent certificates, perhaps before the configuration of that tunnel was taken. */
    void received(TunnelSession session, Certificates message) {
        if (!early.hold(session, message)) {
            certificates.received(message);
        }
    }

    /** The pki service, or a protocol, is there now. */
    void certificatesBack() {
        certificates.partAdded();
    }

    /** Calls back once, when the next configuration is in force. */
    void onceApplied(Runnable task) {
        onceApplied.add(task);
    }

    /**
     * A tunnel was attached: it carries streams from now on, and the server is told what is applied.
     *
     * @param session whose client ID is known
     * @param first the configuration that came with the answer
     * @return completes on the role's thread when the configuration is in force and the client ports are open or failed;
     *     fails when this gateway cannot be carried here
     */
    CompletionStage<Void> join(TunnelSession session, ClientConfig first) {
        CompletableFuture<Void> joined = new CompletableFuture<>();
        early.begin(session);
        closing.whenComplete((nothing, failure) -> role.serial().execute(() -> {
            try {
                admit(session, first).whenComplete((done, error) -> {
                    if (error == null) {
                        joined.complete(null);
                    } else {
                        joined.completeExceptionally(error);
                    }
                });
            } catch (RuntimeException e) {
                joined.completeExceptionally(e);
            }
        }));
        return joined;
    }

    private CompletionStage<Void> admit(TunnelSession session, ClientConfig first) {
        ClientId client = session.client();
        if (client == null) {
            throw new IllegalStateException("a tunnel joins before the server gave it a client ID");
        }
        if (session.tunnel().closed().isDone()) {
            // left() has come or is on its way; who joined after it would stay for ever
            throw new IllegalStateException("the tunnel ended before it was in use");
        }
        GatewayPlane carrier = plane(first.name());
        // the only tunnel's word counts whatever its number: a server that was restored may count from lower down
        if (sessions.isEmpty() || newer(first)) {
            config = first;
        }
        sessions.add(session);
        carrier.add(client, session.tunnel());
        CompletionStage<Void> inForce = apply();
        early.end(session).forEach(certificates::received);
        return inForce;
    }

    private GatewayPlane plane(String name) {
        GatewayPlane known = plane;
        if (known != null) {
            return known;
        }
        DataPlane dataPlane = role.parts().get().dataPlane();
        if (dataPlane == null) {
            throw new IllegalStateException("the data plane is away");
        }
        GatewayPlane made = dataPlane.plane(gateway, name);
        plane = made;
        return made;
    }

    /** A tunnel has ended. */
    void left(TunnelSession session) {
        sessions.remove(session);
        List<Certificates> unused = early.end(session);
        certificates.left(session);
    }

    /**
     * The server pushed a configuration.
     *
     * @throws IllegalArgumentException when it is not this gateway's
     */
    void pushed(TunnelSession session, Config pushed) {
        ClientConfig read = role.reader().read(pushed, gateway);
        if (newer(read)) {
            config = read;
            apply();
        } else if (applied != null && applied.revision() >= read.revision()) {
            session.tell(applied);
        }
    }

    private boolean newer(ClientConfig read) {
        return config == null || read.revision() > config.revision();
    }

    /** Ceiling or settings have changed. */
    void reapply() {
        if (plane != null && config != null) {
            apply();
        }
    }

    private CompletionStage<Void> apply() {
        ClientConfig wanted = config;
        return plane == null || wanted == null
                ? applyNow()
                : certificates.ready(wanted).thenCompose(ready -> applyNow());
    }

    /** The newest configuration, which may have come while an earlier one waited for its certificates. */
    private CompletionStage<Void> applyNow() {
        GatewayPlane carrier = plane;
        ClientConfig wanted = config;
        if (carrier == null || wanted == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("the data plane is away"));
        }
        return carrier.apply(planeConfig(wanted))
                .handleAsync(
                        (states, failure) -> {
                            if (failure != null) {
                                LOG.error("{}: revision {} was not applied", gateway, wanted.revision(), failure);
                                throw new IllegalStateException(
                                        "the configuration could not be applied: " + failure.getMessage(), failure);
                            }
                            done(wanted);
                            return null;
                        },
                        role.serial());
    }

    private PlaneConfig planeConfig(ClientConfig wanted) {
        ClientSettings settings = role.settings().get();
        return new PlaneConfig(
                wanted.revision(),
                wanted.enabled(),
                served(wanted.ingress()),
                served(wanted.egress()),
                new ClientAccess(gateway, wanted.acl(), role.ceiling().get()),
                settings.trustedProxies(),
                BALANCER,
                settings.listenAddress(),
                LISTEN_GRACE,
                settings.drainTimeout());
    }

    private List<Destination> served(List<Destination> wanted) {
        return wanted.stream()
                .filter(destination -> !certificates.withheld(destination.id()))
                .toList();
    }

    private void done(ClientConfig wanted) {
        appliedRevision = wanted.revision();
        report();
        List<Runnable> waiting = onceApplied;
        onceApplied = new ArrayList<>();
        waiting.forEach(Runnable::run);
    }

    /** Tells the server what is applied, as far as that is news. */
    private void report() {
        ClientConfig known = config;
        GatewayPlane carrier = plane;
        if (known == null || carrier == null) {
            return;
        }
        List<Applied.Failure> failures = new ArrayList<>(known.failures());
        for (Destination destination : known.ingress()) {
            GatewayPlane.Status status = carrier.status(destination.id());
            if (certificates.withheld(destination.id())) {
                failures.add(failure(destination, ""));
            } else if (status != null && status.state() instanceof State.Failed failed) {
                failures.add(failure(destination, failed.cause()));
            }
        }
        for (Destination destination : known.egress()) {
            if (!certificates.trouble(destination.id()).isEmpty()) {
                failures.add(failure(destination, ""));
            }
        }
        List<Applied.Remark> remarks = new ArrayList<>();
        certificates.expiring().forEach((id, text) -> remarks.add(new Applied.Remark(id.value(), text)));
        Applied now = ReportLimits.fit(new Applied(appliedRevision, failures, remarks));
        applied = now;
        Listeners listeners = listeners();
        for (TunnelSession session : sessions) {
            session.tell(now);
            session.tell(listeners);
        }
    }

    private Applied.Failure failure(Destination destination, String cause) {
        String trouble = certificates.trouble(destination.id());
        return new Applied.Failure(destination.id().value(), trouble.isEmpty() ? cause : trouble);
    }

    /** The plane said that the state of a destination changed. */
    void statesChanged() {
        if (applied == null) {
            return; // the first report comes when the first configuration is applied
        }
        Listeners listeners = listeners();
        sessions.forEach(session -> session.tell(listeners));
    }

    private Listeners listeners() {
        ClientConfig known = config;
        GatewayPlane carrier = plane;
        List<Listeners.Port> ports = new ArrayList<>();
        if (known != null && carrier != null) {
            for (Destination destination : known.ingress()) {
                GatewayPlane.Status status = carrier.status(destination.id());
                if (status != null) {
                    ports.add(port(destination, status.state()));
                }
            }
        }
        return ReportLimits.fit(new Listeners(ports));
    }

    private Listeners.Port port(Destination destination, State state) {
        boolean listening = state instanceof State.Listening;
        String address = state instanceof State.Listening at ? at.address().host() : "";
        int port = state instanceof State.Listening at ? at.address().port() : destination.listenPort();
        return new Listeners.Port(
                destination.id().value(), state.word(), address, port, listening ? "" : cause(destination, state));
    }

    /** What the plane says of certificates is what it lacks; why it lacks them is known here. */
    private String cause(Destination destination, State state) {
        String trouble = state instanceof State.Failed ? certificates.trouble(destination.id()) : "";
        return trouble.isEmpty() ? state.cause() : trouble;
    }

    /** {@return the plane, for probes; null while there is none} */
    @Nullable
    GatewayPlane plane() {
        return plane;
    }

    /**
     * Closes the client ports and drains what is carried; tunnels are not closed. It can be joined again afterwards.
     *
     * @return completes when nothing of this gateway is carried here, at the deadline at the latest
     */
    CompletionStage<Void> close(Duration deadline) {
        GatewayPlane carrier = plane;
        if (carrier == null) {
            return closing;
        }
        plane = null;
        applied = null;
        try {
            closing = carrier.close(deadline).exceptionally(failure -> {
                LOG.warn("{}: the gateway's plane did not close cleanly", gateway, failure);
                return null;
            });
        } catch (RuntimeException e) {
            // its threads have ended under it, and with them all that it carried
            LOG.warn("{}: the gateway's plane has gone already: {}", gateway, e.getMessage());
        }
        certificates.close(closing);
        return closing;
    }
}
