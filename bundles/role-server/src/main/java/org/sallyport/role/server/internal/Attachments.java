// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import io.netty.util.concurrent.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.sallyport.api.AclEdit;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Ids;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Limits;
import org.sallyport.wire.control.Renew;
import org.sallyport.wire.control.Terminate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a tunnel's arrival to its end: attaches clients, replaces and continues them, and lets them go. On the role's thread,
 * except {@link #arrived}.
 */
final class Attachments implements ControlSession.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

    /** How long streams may go on on a tunnel that another one continues; its renewal leaves it room for as long. */
    private static final Duration RENEWAL = Duration.ofHours(1);

    /** Until when a client is asked to have renewed its tunnel. */
    private static final Duration RENEW_WITHIN = Duration.ofMinutes(5);

    /** Tunnels of one client; more than a client keeps, which ends its oldest itself. */
    private static final int MOST_TUNNELS = 16;

    /** What the attachments work with. */
    interface Surroundings {
        /** Takes the latest snapshot up. */
        void refresh();

        /** Where clients reach this server, for their next connect. */
        List<HostPort> addresses();

        /** Something that is shown has changed. */
        void changed();
    }

    private final RoleThread thread;
    private final AuthorityFeed authority;
    private final EventHub events;
    private final Surroundings surroundings;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Ids ids;
    private final String version;
    private final ClientMessages messages;
    private final Attaching attaching;
    private final Map<ControlSession, Attachment> attachments = new HashMap<>();
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();
    private boolean stopping;

    Attachments(
            RoleThread thread,
            RegistryFeed registry,
            AuthorityFeed authority,
            CertificateFeed certificates,
            EventHub events,
            Gateways gateways,
            Surroundings surroundings,
            Clock clock,
            LongSupplier nanos,
            Ids ids,
            String version) {
        this.thread = thread;
        this.authority = authority;
        this.events = events;
        this.surroundings = surroundings;
        this.clock = clock;
        this.nanos = nanos;
        this.ids = ids;
        this.version = version;
        this.attaching =
                new Attaching(thread, registry, authority, events, gateways, surroundings, clock, nanos, this::admit);
        this.messages = new ClientMessages(
                thread, registry, events, surroundings, this, new Signing(thread, certificates, events, nanos), nanos);
    }

    /** A session that belongs to a client. */
    static final class Attachment {
        private final GatewayState gateway;
        private final AttachedClient client;
        private String end = "";

        Attachment(GatewayState gateway, AttachedClient client) {
            this.gateway = gateway;
            this.client = client;
        }

        GatewayState gateway() {
            return gateway;
        }

        AttachedClient client() {
            return client;
        }

        /** Says why this attachment will end, before its tunnel does; the first reason counts. */
        void endsBecause(String reason) {
            if (end.isEmpty()) {
                end = reason;
            }
        }
    }

    /** A tunnel has arrived; on its event loop. */
    void arrived(Tunnel tunnel) {
        ControlSession.begin(tunnel, thread, this);
    }

    // what is said

    @Override
    public void received(ControlSession session, ControlMessage message) {
        Attachment attachment = attachments.get(session);
        if (session.dismissed()) {
            LOG.debug("{}: said something after the end", session);
        } else if (attachment != null) {
            if (message instanceof Attach) {
                end(attachment, session, "it sent a second attach on one control stream");
            } else {
                messages.received(attachment, session, message);
            }
        } else if (message instanceof Attach attach && !attaching.decides(session)) {
            attaching.begin(session, attach);
        } else {
            attaching.refuse(session, "", Admission.malformed("the first message has to be one attach"));
        }
    }

    @Override
    public void malformed(ControlSession session, String text) {
        Attachment attachment = attachments.get(session);
        if (attachment == null) {
            attaching.refuse(session, "", Admission.malformed(ForeignText.sentence(text)));
        } else {
            end(attachment, session, "it sent what is no message: " + ForeignText.sentence(text));
        }
    }

    @Override
    public void closed(ControlSession session, String reason) {
        session.over();
        attaching.forget(session);
        Attachment attachment = attachments.remove(session);
        if (attachment == null) {
            return;
        }
        AttachedClient client = attachment.client;
        boolean spoke = client.session() == session;
        if (!client.lost(session)) {
            detached(attachment, attachment.end.isEmpty() ? reason : attachment.end);
        } else if (spoke) {
            LOG.info("{}: ended before it was in use, client {} goes on without it: {}", session, client.id(), reason);
            client.push();
        }
        checkEmpty();
        surroundings.changed();
    }

    private void admit(AttachAttempt attempt, GatewayState state) {
        ControlSession session = attempt.session;
        Attach message = attempt.message;
        String key = attempt.key();
        session.tunnel().agree(message.features());
        HeldTunnel held = HeldTunnel.admit(session.tunnel());
        if (attempt.claims.proof()) {
            session.prove();
        }
        ConfigPush push = new ConfigPush(
                session, thread, state::configuration, new CertificatePush(state, session.proven()), nanos);
        AttachedClient before = attempt.predecessor(state);
        AttachedClient client;
        if (before != null && message.continuesClient() != null) {
            client = before;
            client.continueOn(session, held, push);
            attachments.put(session, new Attachment(state, client));
            answer(session, client, state);
            LOG.info("{}: client {} continues on it", session, client.id());
            if (client.sessions().size() > MOST_TUNNELS) {
                client.sessions().get(0).close("too many later tunnels continue it");
            }
        } else {
            ClientId id = before == null ? freshId(attempt, state) : before.id();
            if (before != null) {
                dropGhost(before, state);
            }
            String host = ForeignText.cut(message.host(), 253);
            Instant now = clock.instant();
            client =
                    new AttachedClient(id, key, host, ForeignText.cut(message.version(), 64), now, session, held, push);
            state.clients().put(id, client);
            state.history().attached(id, key, host, session.address(), now);
            attachments.put(session, new Attachment(state, client));
            adoptFormer(client, state);
            answer(session, client, state);
            events.publish(new Event.Attached(state.id(), id, key, host, session.address(), attempt.newKey));
            LOG.info(
                    "{}: attached to gateway {} as client {}, host {}, key {}{}",
                    session,
                    state.id(),
                    id,
                    host,
                    key,
                    attempt.newKey ? ", which is new" : "");
        }
        boolean aclRefused = state.gateway().aclEdit() == AclEdit.SERVER
                && !Attaching.wishedAcl(state.gateway().acl(), message)
                        .equals(state.gateway().acl());
        if (aclRefused) {
            session.send(new AclResult(0, false, ClientMessages.serverOnly(state.id())));
        }
        session.tunnel().worn().addListener((Future<String> worn) -> {
            if (worn.isSuccess()) {
                thread.post(() -> wornOut(session, worn.getNow()));
            }
        });
        surroundings.changed();
    }

    /** A client that comes back goes on with the tunnels that had been continued: they may still carry something. */
    private void adoptFormer(AttachedClient client, GatewayState state) {
        for (Map.Entry<ControlSession, Attachment> each : attachments.entrySet()) {
            AttachedClient former = each.getValue().client;
            if (former != client
                    && former.id().equals(client.id())
                    && former.key().equals(client.key())) {
                client.adopt(former, each.getKey());
                each.setValue(new Attachment(state, client));
            }
        }
    }

    private void answer(ControlSession session, AttachedClient client, GatewayState state) {
        TunnelIdentity identity = authority.identity();
        Config config = state.configuration();
        session.send(new Attached(
                client.id().value(),
                Limits.DEFAULT,
                surroundings.addresses().stream().map(HostPort::toString).toList(),
                identity == null ? null : identity.nextPin(),
                version,
                List.copyOf(session.tunnel().features()),
                config));
        client.given(config);
    }

    /** An ID that nobody has; the one that this client had before, if that is certain and nobody has it. */
    private ClientId freshId(AttachAttempt attempt, GatewayState state) {
        ClientId wish = attempt.wishedId();
        if (wish != null
                && !state.clients().containsKey(wish)
                && attempt.key().equals(state.history().keyOf(wish))) {
            return wish;
        }
        ClientId id = ids.client(state.id());
        while (state.clients().containsKey(id) || state.history().keyOf(id) != null) {
            id = ids.client(state.id());
        }
        return id;
    }

    private void dropGhost(AttachedClient ghost, GatewayState state) {
        String reason = "replaced by a new tunnel of the same client";
        List<ControlSession> carrying = ghost.retired();
        for (ControlSession session : ghost.sessions()) {
            if (!carrying.contains(session)) {
                attachments.remove(session);
                session.close(reason);
            }
        }
        detached(new Attachment(state, ghost), reason);
    }

    // in use, and leaving

    /** The client applied its first configuration on this tunnel: the data plane may use it, and no longer those before. */
    void ready(Attachment attachment, ControlSession session) {
        AttachedClient client = attachment.client;
        HeldTunnel held = client.takeHeld(session);
        if (held == null) {
            return;
        }
        attachment.gateway.plane().add(client.id(), held);
        for (ControlSession old : client.retire()) {
            old.drain(RENEWAL);
        }
    }

    private void wornOut(ControlSession session, String reason) {
        Attachment attachment = attachments.get(session);
        if (attachment != null && attachment.client.session() == session && !attachment.client.draining()) {
            LOG.info("{}: client {} is asked for a new tunnel: {}", session, attachment.client.id(), reason);
            session.send(new Renew(reason, RENEW_WITHIN.toMillis()));
        }
    }

    /** Ends a client for good or lets it come back; its streams are reset. */
    void terminate(GatewayState state, AttachedClient client, Terminate message) {
        for (ControlSession session : client.sessions()) {
            Attachment attachment = attachments.get(session);
            if (attachment != null) {
                attachment.endsBecause(message.reason());
            }
            session.dismiss(message, message.reason());
        }
        LOG.info("client {}: {}", client.id(), message.reason());
        surroundings.changed();
    }

    /** Ends what a key still carries where its client is no longer attached. */
    void dismissLeft(String key, Terminate message) {
        for (Map.Entry<ControlSession, Attachment> each : attachments.entrySet()) {
            if (each.getValue().client.key().equals(key) && !each.getKey().dismissed()) {
                each.getKey().dismiss(message, message.reason());
            }
        }
    }

    /** Lets a client's streams finish, then ends its tunnels; it may come back. */
    void drain(AttachedClient client, Duration deadline, String reason) {
        client.markDraining();
        for (ControlSession session : client.sessions()) {
            Attachment attachment = attachments.get(session);
            if (attachment != null) {
                attachment.endsBecause(reason);
            }
            session.send(new Drain(deadline.toMillis()));
            session.drain(deadline);
        }
        LOG.info("client {}: {}; its connections have {} s", client.id(), reason, deadline.toSeconds());
        surroundings.changed();
    }

    /**
     * Asks all clients to attach anew beside their present tunnel. One that does not keeps the tunnel that it has:
     * established TLS needs no new certificate, and its streams are worth more than tidiness.
     */
    void renew(String reason) {
        for (Attachment attachment : List.copyOf(attachments.values())) {
            ControlSession session = attachment.client.session();
            if (attachments.get(session) != attachment || attachment.client.draining()) {
                continue;
            }
            session.send(new Renew(reason, RENEW_WITHIN.toMillis()));
        }
    }

    /** A client did what it may not: its tunnel is closed, and it may come back. */
    void end(Attachment attachment, ControlSession session, String reason) {
        attachment.endsBecause(reason);
        LOG.warn("{}: client {} is detached: {}", session, attachment.client.id(), reason);
        session.close(reason);
    }

    private void detached(Attachment attachment, String reason) {
        AttachedClient client = attachment.client;
        GatewayState state = attachment.gateway;
        state.clients().remove(client.id(), client);
        state.history().ended(client.id(), clock.instant(), reason);
        client.gone(reason);
        events.publish(new Event.Detached(state.id(), client.id(), reason));
        LOG.info("client {}: detached from gateway {}: {}", client.id(), state.id(), reason);
        surroundings.changed();
    }

    /** From now on every attach is refused, and all clients are told that the server stops. */
    void stop(Duration deadline) {
        stopping = true;
        for (Map.Entry<ControlSession, Attachment> each : attachments.entrySet()) {
            each.getValue().endsBecause("the server stops");
            each.getKey().send(new Drain(deadline.toMillis()));
        }
        attaching.stop();
    }

    /** Closes all tunnels; completes when they are closed. */
    CompletableFuture<Void> close() {
        for (ControlSession session : List.copyOf(attachments.keySet())) {
            session.close("the server stops");
        }
        checkEmpty();
        return emptied;
    }

    private void checkEmpty() {
        if (stopping && attachments.isEmpty()) {
            emptied.complete(null);
        }
    }
}
