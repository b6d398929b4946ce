// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.sallyport.api.Acl;
import org.sallyport.api.AclEdit;
import org.sallyport.api.ClientKey;
import org.sallyport.api.Gateway;
import org.sallyport.api.GatewayId;
import org.sallyport.api.event.Event;
import org.sallyport.api.event.EventHub;
import org.sallyport.api.pki.InvalidTokenException;
import org.sallyport.api.pki.TokenAuthority;
import org.sallyport.api.registry.RegistryChange;
import org.sallyport.api.registry.RegistrySnapshot;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides attaches: checks what was shown, makes durable what an attach changes (a new key, the ACL that the client wishes),
 * and decides again after that, because the world may have changed meanwhile. On the role's thread.
 */
final class Attaching {
    private static final Logger LOG = LoggerFactory.getLogger(Attaching.class);

    private final RoleThread thread;
    private final RegistryFeed registry;
    private final AuthorityFeed authority;
    private final EventHub events;
    private final Gateways gateways;
    private final Attachments.Surroundings surroundings;
    private final Clock clock;
    private final LongSupplier nanos;
    private final BiConsumer<AttachAttempt, GatewayState> admitted;
    private final LineBudget told = new LineBudget(5);
    private final LineBudget toldInAll = new LineBudget(60);
    private final Map<ControlSession, AttachAttempt> attempts = new HashMap<>();
    private boolean stopped;

    /**
     * Begins without attempts.
     *
     * @param admitted is given each client that may attach
     */
    Attaching(
            RoleThread thread,
            RegistryFeed registry,
            AuthorityFeed authority,
            EventHub events,
            Gateways gateways,
            Attachments.Surroundings surroundings,
            Clock clock,
            LongSupplier nanos,
            BiConsumer<AttachAttempt, GatewayState> admitted) {
        this.thread = thread;
        this.registry = registry;
        this.authority = authority;
        this.events = events;
        this.gateways = gateways;
        this.surroundings = surroundings;
        this.clock = clock;
        this.nanos = nanos;
        this.admitted = admitted;
    }

    /** {@return whether an attach of this session is being decided} */
    boolean decides(ControlSession session) {
        return attempts.containsKey(session);
    }

    /** The tunnel is closed: nothing is decided any more. */
    void forget(ControlSession session) {
        attempts.remove(session);
    }

    /** From now on everybody is refused, those whose attach is being decided as well. */
    void stop() {
        stopped = true;
        for (ControlSession session : List.copyOf(attempts.keySet())) {
            refuse(session, "", Admission.draining());
        }
    }

    /** A client says that it wants to be attached. */
    void begin(ControlSession session, Attach message) {
        String host = ForeignText.cut(message.host(), 253);
        TokenAuthority tokens = authority.tokens();
        if (stopped) {
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
                AttachAttempt attempt = new AttachAttempt(session, message, tokens.verify(proof == null ? "" : proof));
                attempts.put(session, attempt);
                decide(attempt);
            } catch (InvalidTokenException e) {
                refuse(session, host, Admission.invalid(String.valueOf(e.getMessage())));
            }
        }
    }

    private void decide(AttachAttempt attempt) {
        if (attempts.get(attempt.session) != attempt) {
            return; // its tunnel was closed while the registry worked
        }
        surroundings.refresh();
        RegistrySnapshot snapshot = registry.requireSnapshot();
        GatewayState state = gateways.get(attempt.claims.gateway());
        if (state != null) {
            attempt.others = state.clients().size() - (attempt.predecessor(state) == null ? 0 : 1);
        }
        Admission.Decision decision = decision(attempt, snapshot);
        if (stopped) {
            refuse(attempt.session, attempt.message.host(), Admission.draining());
        } else if (decision instanceof Admission.Refused refused) {
            refuse(attempt.session, attempt.message.host(), refused);
        } else if (state == null) {
            refuse(
                    attempt.session,
                    attempt.message.host(),
                    Admission.unavailable(attempt.claims.gateway(), "the gateway is being set up"));
        } else if (attempt.continuesDraining(state)) {
            refuse(attempt.session, attempt.message.host(), Admission.drained(attempt.claims.gateway()));
        } else if (decision instanceof Admission.Admitted yes) {
            attempt.newKey |= yes.newKey();
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
                attempts.remove(attempt.session);
                admitted.accept(attempt, state);
            } else {
                store(attempt, state.gateway());
            }
        }
    }

    private Admission.Decision decision(AttachAttempt attempt, RegistrySnapshot snapshot) {
        return Admission.decide(
                new Admission.Attempt(attempt.claims, attempt.key(), attempt.others), snapshot, clock.instant());
    }

    /** What has to be durable before this client is attached: its key, and the ACL as it wishes it. */
    private List<RegistryChange> wanted(AttachAttempt attempt, RegistrySnapshot snapshot) {
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

    /** {@return the ACL as a client that attaches wishes it; fails with {@link IllegalArgumentException} on a wrong rule} */
    static Acl wishedAcl(Acl acl, Attach message) {
        Acl replaced = message.acl() == null ? acl : AclEdits.replace(WireForm.rules(message.acl()));
        return AclEdits.putMissing(replaced, WireForm.rules(message.allow()));
    }

    private void store(AttachAttempt attempt, Gateway before) {
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

    /** Says why not, and ends the tunnel. */
    void refuse(ControlSession session, String host, Admission.Refused refused) {
        attempts.remove(session);
        Duration retry = refused.retry();
        Refused answer = Refused.of(refused.code(), refused.text(), retry == null ? Refused.NEVER : retry.toSeconds());
        session.dismiss(answer, "attach refused: " + refused.code().word());
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
        tell(session, new Event.AttachRefused(id, refused.code().word(), refused.text(), retry, address));
    }

    /** Strangers can be refused as often as they like; what is told of them is bounded. */
    private void tell(ControlSession session, Event.AttachRefused refusal) {
        long now = nanos.getAsLong();
        int ofSource = told.spend(refusal.address(), now);
        // strangers do not hide those whose token this server made
        String who = refusal.gateway() == null ? "strangers" : "holders";
        int ofAll = ofSource == LineBudget.SILENT ? LineBudget.SILENT : toldInAll.spend(who, now);
        if (ofAll == LineBudget.SILENT) {
            return;
        }
        events.publish(refusal);
        int keptBack = ofSource + ofAll;
        LOG.info(
                "{}: attach refused, {}: {}{}",
                session,
                refusal.code(),
                refusal.text(),
                keptBack == 0 ? "" : " (" + keptBack + " more refusals were not told)");
    }
}
