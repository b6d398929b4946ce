// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.ClientId;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Ids;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.pki.TokenClaims;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.control.AclResult;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Limits;
import org.sallyport.wire.control.Refused;
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
    private final RegistryFeed registry;
    private final AuthorityFeed authority;
    private final EventHub events;
    private final Gateways gateways;
    private final Surroundings surroundings;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Ids ids;
    private final String version;
    private final ClientMessages messages;
    private final LineBudget lines = new LineBudget();
    private final Map<ControlSession, Attachment> attachments = new HashMap<>();
    private final Map<ControlSession, Attempt> attempts = new HashMap<>();
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();
    private boolean stopping;

    Attachments(
            RoleThread thread,
            RegistryFeed registry,
            AuthorityFeed authority,
            EventHub events,
            Gateways gateways,
            Surroundings surroundings,
            Clock clock,
            LongSupplier nanos,
            Ids ids,
            String version) {
        this.thread = thread;
        this.registry = registry;
        this.authority = authority;
        this.events = events;
        this.gateways = gateways;
        this.surroundings = surroundings;
        this.clock = clock;
        this.nanos = nanos;
        this.ids = ids;
        this.version = version;
        this.messages = new ClientMessages(thread, registry, events, surroundings, this, nanos);
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

    /** An attach that is being decided. */
    private static final class Attempt {
        private final ControlSession session;
        private final Attach message;
        private final TokenClaims claims;
        private boolean stored;
        private boolean newKey;
        private int others; // counted on the role's thread, read in transactions too

        Attempt(ControlSession session, Attach message, TokenClaims claims) {
            this.session = session;
            this.message = message;
            this.claims = claims;
        }

        String key() {
            return session.tunnel().peer().keyFingerprint();
        }

        /** {@return the client whose place this one wishes to take; an ID that is none is as good as no wish} */
        @Nullable
        ClientId wishedId() {
            String wish = message.continuesClient() != null ? message.continuesClient() : message.replaces();
            try {
                return wish == null ? null : new ClientId(wish);
            } catch (IllegalArgumentException e) {
                return null;
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
        if (attachment != null) {
            if (message instanceof Attach) {
                end(attachment, session, "it sent a second attach on one control stream");
            } else {
                messages.received(attachment, session, message);
            }
        } else if (message instanceof Attach attach && !attempts.containsKey(session)) {
            begin(session, attach);
        } else {
            refuse(session, "", Admission.malformed("the first message has to be one attach"));
        }
    }

    @Override
    public void malformed(ControlSession session, String text) {
        Attachment attachment = attachments.get(session);
        if (attachment == null) {
            refuse(session, "", Admission.malformed(ForeignText.sentence(text)));
        } else {
            end(attachment, session, "it sent what is no message: " + ForeignText.sentence(text));
        }
    }

    @Override
    public void closed(ControlSession session, String reason) {
        attempts.remove(session);
        Attachment attachment = attachments.remove(session);
        if (attachment == null) {
            return;
        }
        AttachedClient client = attachment.client;
        if (client.session() == session) {
            detached(attachment, attachment.end.isEmpty() ? reason : attachment.end);
        } else {
            client.forget(session);
        }
        checkEmpty();
        surroundings.changed();
    }

    // attaching

    private void begin(ControlSession session, Attach message) {
        String host = ForeignText.cut(message.host(), 253);
        TokenAuthority tokens = authority.tokens();
        if (stopping) {
            refuse(session, host, Admission.draining());
        } else if (tokens == null || !authority.present() || !registry.present() || registry.snapshot() == null) {
            refuse(
                    session,
                    host,
                    Admission.unavailable(
                            null,
                            "the server cannot admit anybody now: its "
                                    + (registry.present() ? "key authority" : "registry") + " is away"));
        } else {
            String proof = message.token() == null ? message.descriptor() : message.token();
            try {
                Attempt attempt = new Attempt(session, message, tokens.verify(proof == null ? "" : proof));
                attempts.put(session, attempt);
                decide(attempt);
            } catch (InvalidTokenException e) {
                refuse(session, host, Admission.invalid(String.valueOf(e.getMessage())));
            }
        }
    }

    private void decide(Attempt attempt) {
        if (attempts.get(attempt.session) != attempt) {
            return; // its tunnel was closed while the registry worked
        }
        surroundings.refresh();
        RegistrySnapshot snapshot = registry.requireSnapshot();
        GatewayState state = gateways.get(attempt.claims.gateway());
        if (state != null) {
            attempt.others = state.clients().size() - (predecessor(attempt, state) == null ? 0 : 1);
        }
        Admission.Decision decision = decision(attempt, snapshot);
        if (stopping) {
            refuse(attempt.session, attempt.message.host(), Admission.draining());
        } else if (decision instanceof Admission.Refused refused) {
            refuse(attempt.session, attempt.message.host(), refused);
        } else if (state == null) {
            refuse(
                    attempt.session,
                    attempt.message.host(),
                    Admission.unavailable(attempt.claims.gateway(), "the gateway is being set up"));
        } else if (decision instanceof Admission.Admitted admitted) {
            attempt.newKey |= admitted.newKey();
            List<RegistryChange> wanted;
            try {
                wanted = wanted(attempt, snapshot);
            } catch (IllegalArgumentException e) {
                refuse(
                        attempt.session,
                        attempt.message.host(),
                        Admission.malformed("the ACL rules of the attach: " + e.getMessage()));
                return;
            }
            if (wanted.isEmpty() || attempt.stored) {
                admit(attempt, state);
            } else {
                store(attempt, state.gateway());
            }
        }
    }

    private Admission.Decision decision(Attempt attempt, RegistrySnapshot snapshot) {
        return Admission.decide(
                new Admission.Attempt(attempt.claims, attempt.key(), attempt.others), snapshot, clock.instant());
    }

    /** {@return the attached client that this one continues or replaces: the same key's, or none} */
    private static @Nullable AttachedClient predecessor(Attempt attempt, GatewayState state) {
        ClientId wish = attempt.wishedId();
        AttachedClient client = wish == null ? null : state.clients().get(wish);
        return client != null && client.key().equals(attempt.key()) ? client : null;
    }

    /** What has to be durable before this client is attached: its key, and the ACL as it wishes it. */
    private List<RegistryChange> wanted(Attempt attempt, RegistrySnapshot snapshot) {
        List<RegistryChange> wanted = new ArrayList<>();
        Gateway gateway = snapshot.gateway(attempt.claims.gateway());
        if (gateway == null || !(decision(attempt, snapshot) instanceof Admission.Admitted admitted)) {
            return wanted;
        }
        if (admitted.newKey()) {
            wanted.add(new RegistryChange.PutKey(new ClientKey(
                    attempt.key(),
                    gateway.id(),
                    ForeignText.cut(attempt.message.host(), 253),
                    attempt.session.address(),
                    clock.instant())));
        }
        Acl acl = wishedAcl(gateway.acl(), attempt.message);
        if (!acl.equals(gateway.acl()) && gateway.aclEdit() == AclEdit.BOTH) {
            wanted.add(new RegistryChange.PutGateway(gateway.withAcl(acl)));
        }
        return wanted;
    }

    private static Acl wishedAcl(Acl acl, Attach message) {
        Acl replaced = message.acl() == null ? acl : AclEdits.replace(WireForm.rules(message.acl()));
        return AclEdits.putMissing(replaced, WireForm.rules(message.allow()));
    }

    private void store(Attempt attempt, Gateway before) {
        thread.then(registry.change(snapshot -> wanted(attempt, snapshot)), (snapshot, failure) -> {
            if (snapshot == null) {
                refuse(
                        attempt.session,
                        attempt.message.host(),
                        Admission.unavailable(before.id(), Failures.text(failure)));
                return;
            }
            attempt.stored = true;
            Gateway after = snapshot.gateway(before.id());
            if (after != null && !after.acl().equals(before.acl())) {
                events.publish(new Event.Changed(
                        attempt.key(),
                        "acl at attach",
                        before.id() + " " + after.acl().rules()));
            }
            decide(attempt);
        });
    }

    private void admit(Attempt attempt, GatewayState state) {
        attempts.remove(attempt.session);
        ControlSession session = attempt.session;
        Attach message = attempt.message;
        String key = attempt.key();
        HeldTunnel held = HeldTunnel.admit(session.tunnel());
        ConfigPush push = new ConfigPush(session, thread, state::configuration, nanos);
        AttachedClient before = predecessor(attempt, state);
        AttachedClient client;
        if (before != null && message.continuesClient() != null) {
            client = before;
            client.continueOn(session, held, push);
            attachments.put(session, new Attachment(state, client));
            answer(session, client, state);
            LOG.info("{}: client {} continues on it", session, client.id());
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
                && !wishedAcl(state.gateway().acl(), message)
                        .equals(state.gateway().acl());
        if (aclRefused) {
            session.send(new AclResult(0, false, ClientMessages.serverOnly(state.id())));
        }
        surroundings.changed();
    }

    private void answer(ControlSession session, AttachedClient client, GatewayState state) {
        TunnelIdentity identity = authority.identity();
        session.send(new Attached(
                client.id().value(),
                Limits.DEFAULT,
                surroundings.addresses().stream().map(HostPort::toString).toList(),
                identity == null ? null : identity.nextPin(),
                version,
                List.of(),
                state.configuration()));
    }

    /** An ID that nobody has; the one that this client had before, if that is certain and nobody has it. */
    private ClientId freshId(Attempt attempt, GatewayState state) {
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
        for (ControlSession session : ghost.sessions()) {
            attachments.remove(session);
            session.close(reason);
        }
        detached(new Attachment(state, ghost), reason);
    }

    private void refuse(ControlSession session, String host, Admission.Refused refused) {
        attempts.remove(session);
        Duration retry = refused.retry();
        session.send(Refused.of(refused.code(), refused.text(), retry == null ? Refused.NEVER : retry.toSeconds()));
        session.close("attach refused: " + refused.code().word());
        String address = session.address();
        GatewayId id = refused.gateway();
        GatewayState state = id == null ? null : gateways.get(id);
        if (state != null) { // a try that proved nothing is nobody's history
            state.history()
                    .refused(
                            session.tunnel().peer().keyFingerprint(),
                            ForeignText.cut(host, 253),
                            address,
                            clock.instant(),
                            "refused: " + refused.code().word());
        }
        events.publish(new Event.AttachRefused(id, refused.code().word(), refused.text(), retry, address));
        int keptBack = lines.spend(address, nanos.getAsLong());
        if (keptBack != LineBudget.SILENT) {
            LOG.info(
                    "{}: attach refused, {}: {}{}",
                    session,
                    refused.code().word(),
                    refused.text(),
                    keptBack == 0 ? "" : " (" + keptBack + " more of " + address + " were not logged)");
        }
    }

    // in use, and leaving

    /** The client applied its first configuration on this tunnel: the data plane may use it. */
    void ready(Attachment attachment) {
        AttachedClient client = attachment.client;
        HeldTunnel held = client.takeHeld();
        if (held == null) {
            return;
        }
        attachment.gateway.plane().add(client.id(), held);
        for (ControlSession old : client.retiring()) {
            old.drain(RENEWAL);
        }
    }

    /** Ends a client for good or lets it come back; its streams are reset. */
    void terminate(GatewayState state, AttachedClient client, Terminate message) {
        for (ControlSession session : client.sessions()) {
            Attachment attachment = attachments.get(session);
            if (attachment != null) {
                attachment.endsBecause(message.reason());
            }
            session.send(message);
            session.close(message.reason());
        }
        LOG.info("client {}: {}", client.id(), message.reason());
        surroundings.changed();
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
        surroundings.changed();
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
        for (ControlSession session : List.copyOf(attempts.keySet())) {
            refuse(session, "", Admission.draining());
        }
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
