// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Registration;
import org.sallyport.api.event.Event;
import org.sallyport.api.pki.ClientIdentity;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Renew;
import org.sallyport.wire.control.Terminate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attachment of this process to one gateway, kept up until it is refused for good, terminated, or detached. On the
 * role's thread.
 *
 * <p>At most one {@link Attempt} and one attached {@link TunnelSession} exist at a time: an attempt alone is a connect or a
 * reconnect, both together are a renewal (the attempt continues the same client, then the old tunnel drains), a session
 * alone is the usual case, none means waiting or ended. {@link AttachmentTunnels} holds the session and those before it,
 * {@link Renewal} decides when it is continued.
 *
 * <p>Whatever happens to a tunnel, its end arrives once through {@link Tunnel#closed()}, and what comes next is decided
 * there; whoever wants an end says so in the session and closes the tunnel.
 */
final class Attachment {
    private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

    private static final long MOST_RETRY_SECONDS = 86_400;

    /** Until a renewal is tried again that was refused for good: operators change their minds. */
    private static final Duration REFUSED_FOR_GOOD = Duration.ofHours(1);

    /** Who is told what becomes of an attachment; on the role's thread. */
    interface Owner {
        /** {@return the link of an attachment's gateway, made if need be} */
        GatewayLink link(Attachment attachment);

        /** A tunnel that the server had accepted has ended. */
        void left(Attachment attachment, TunnelSession session);

        /** It is attached, its configuration is in force and its client ports are open. */
        void attached(Attachment attachment);

        /** {@return whether somebody waits for it, who is told of a refusal in place of another try} */
        boolean awaited(Attachment attachment);

        /** It was refused, for good or not; for good, {@link #ended} follows. */
        void refused(Attachment attachment, Event.AttachRefused refusal);

        /** Nothing comes after this. */
        void ended(Attachment attachment);

        /** The server said something on an attached tunnel that is not the attachment's own business. */
        void received(Attachment attachment, TunnelSession session, ControlMessage message);
    }

    private final AttachOrder order;
    private final RoleContext role;
    private final Wishes wishes;
    private final Owner owner;
    private final AddressTurns turns;
    private final Backoff backoff;
    private final Attempts attempts = new Attempts();
    private final AttachmentTunnels tunnels;
    private final Renewal renewal;
    private volatile AttachmentState state = new AttachmentState.Waiting("not tried yet", null);
    private volatile @Nullable ClientId lastClient;
    private @Nullable Attempt attempt;
    private @Nullable Registration timer;
    private @Nullable String nextPin;
    private @Nullable String leaving;
    private List<HostPort> announced = List.of();
    private String roundFailures = "";
    private String lastLogged = "";
    private int failedRounds;

    Attachment(AttachOrder order, RoleContext role, Wishes wishes, Owner owner) {
        this.order = order;
        this.role = role;
        this.wishes = wishes;
        this.owner = owner;
        this.turns = order.turns();
        this.backoff = new Backoff(role.random(), role.serial().nanos());
        this.tunnels = new AttachmentTunnels(role.serial());
        this.renewal = new Renewal(role, this::mayRenew, this::connect);
    }

    AttachOrder order() {
        return order;
    }

    /** {@return whether the token of an order is of the server that this attachment is wanted of} */
    boolean sameServer(AttachOrder other) {
        return order.sameServer(other, nextPin);
    }

    /** {@return where it stands; on any thread} */
    AttachmentState state() {
        return state;
    }

    /** {@return its tunnels, those included that another one continues, oldest first; on any thread} */
    List<TunnelSession> sessions() {
        return tunnels.all();
    }

    /** {@return the ID that it has or had last, null when it never had one; on any thread} */
    @Nullable
    ClientId client() {
        return lastClient;
    }

    /** {@return where it connects, or did last; on any thread} */
    HostPort server() {
        TunnelSession current = tunnels.current();
        return current == null ? turns.current() : current.server();
    }

    // connecting

    /** Tries now, if it waits; also called when a service that was missing is there. */
    void tryNow() {
        if (attempt == null && tunnels.current() == null && !state.ended() && leaving == null) {
            stopTimer();
            connect();
        }
    }

    /** A reconnect replaces the client that was lost; beside a tunnel that is up it is a renewal and continues the client. */
    private void connect() {
        Parts parts = role.parts().get();
        TunnelTransport transport = parts.transport();
        ClientIdentity identity = parts.identity();
        boolean continuing = tunnels.current() != null;
        if (!parts.missing().isEmpty() || transport == null || identity == null) {
            if (!continuing) {
                state = new AttachmentState.Waiting("waiting for " + parts.missing(), null);
            } else {
                renewal.later(Duration.ZERO);
            }
            return;
        }
        Attempt next = new Attempt(turns.current(), role, attach(continuing), attempts);
        attempt = next;
        if (!continuing) {
            state = new AttachmentState.Connecting(next.server());
        }
        next.begin(
                transport,
                new TunnelTarget(
                        next.server(),
                        order.claims().serverName(),
                        order.pins(nextPin),
                        identity.material(),
                        ProxyLogin.proxy(role.settings().get()),
                        Attempt.CONNECT_LIMIT));
    }

    private Attach attach(boolean continuing) {
        Attach attach = order.claims().proof()
                ? Attach.withToken(order.token(), role.host(), role.version())
                : Attach.withDescriptor(order.token(), role.host(), role.version());
        ClientId former = lastClient;
        String client = former == null ? null : former.value();
        return wishes.in(continuing ? attach.continuing(client) : attach.replacing(client), order);
    }

    /** What comes of attempts; those that were given up are silent. */
    private final class Attempts implements Attempt.Owner {
        @Override
        public void connected(Attempt from) {
            if (tunnels.current() == null) {
                state = new AttachmentState.Attaching(from.server());
            }
        }

        @Override
        public CompletionStage<Void> accepted(Attempt from, TunnelSession made, Attached answer) {
            ClientId client = new ClientId(answer.client());
            if (!client.belongsTo(order.gateway())) {
                throw new IllegalArgumentException("the server gave client ID " + client + " for " + order.gateway());
            }
            ClientConfig config = role.reader().read(answer.config(), order.gateway());
            lastClient = client;
            nextPin = answer.nextPin();
            announced = ServerAddresses.read(answer.servers());
            wishes.granted(order);
            return owner.link(Attachment.this).join(made, config);
        }

        @Override
        public void attached(Attempt from, TunnelSession made) {
            attempt = null;
            turns.reached(announced); // not before: an address that accepts and then fails has not worked
            attachedNow(made);
        }

        @Override
        public void refused(Attempt from, Refused refused) {
            attempt = null;
            refusedNow(from, refused);
        }

        @Override
        public void terminated(Attempt from, Terminate terminate) {
            attempt = null;
            if (tunnels.current() == null) {
                terminatedNow(from.server() + ": ended", terminate);
            }
        }

        @Override
        public void failed(Attempt from, String reason) {
            attempt = null;
            failedNow(from, reason);
        }

        @Override
        public void received(TunnelSession from, ControlMessage message) {
            if (message instanceof Config config) {
                try {
                    owner.link(Attachment.this).pushed(from, config);
                } catch (IllegalArgumentException e) {
                    from.tunnel().close(String.valueOf(e.getMessage()));
                }
            } else if (message instanceof Renew renew) {
                wornOut(from, "the server asks: " + ForeignText.sentence(renew.reason()));
            } else {
                owner.received(Attachment.this, from, message);
            }
        }

        @Override
        public void closed(TunnelSession ended, String reason) {
            owner.left(Attachment.this, ended);
            if (tunnels.ended(ended)) {
                lost(ended, reason);
            }
        }
    }

    private void attachedNow(TunnelSession made) {
        ClientId client = lastClient;
        if (client == null) {
            throw new IllegalStateException("attached without a client ID");
        }
        TunnelSession before = tunnels.attached(made);
        state = new AttachmentState.Attached(client);
        failedRounds = 0;
        roundFailures = "";
        lastLogged = "";
        renewal.stop();
        if (before != null) {
            LOG.info("{}: the tunnel was renewed; the former one drains", made);
        }
        watch(made);
        if (before != null) {
            return;
        }
        LOG.info("{}: attached to gateway {}", made, order.gateway());
        ClientIdentity identity = role.parts().get().identity();
        String key = identity == null ? "" : identity.fingerprint();
        role.events()
                .publish(new Event.Attached(
                        order.gateway(), client, key, role.host(), made.server().toString(), false));
        owner.attached(this);
    }

    private void refusedNow(Attempt from, Refused refused) {
        String code = ForeignText.cut(refused.code(), 64);
        String text = ForeignText.sentence(refused.text());
        if (tunnels.current() != null) {
            // the tunnel that is up goes on; a refusal for good counts when it ends
            renewalFailed(code + ": " + text);
            renewal.later(
                    refused.retrySeconds() < 0
                            ? REFUSED_FOR_GOOD
                            : Duration.ofSeconds(Math.min(refused.retrySeconds(), MOST_RETRY_SECONDS)));
            return;
        }
        failedRounds++;
        if (refused.retrySeconds() < 0 || usedUp()) {
            giveUp(code, text, from.server());
        } else {
            Duration retry = Duration.ofSeconds(Math.min(refused.retrySeconds(), MOST_RETRY_SECONDS));
            tellRefused(code, text, retry, from.server());
            await(code + ": " + text, backoff.asked(retry));
        }
    }

    private void failedNow(Attempt from, String reason) {
        if (tunnels.current() != null) {
            renewalFailed(from.server() + ": " + reason);
            if (turns.advance()) {
                renewal.later(Duration.ZERO);
            } else {
                renewal.now();
            }
            return;
        }
        String failure = from.server() + ": " + reason;
        roundFailures = roundFailures.isEmpty() ? failure : roundFailures + "; " + failure;
        if (!turns.advance()) {
            connect();
            return;
        }
        String all = roundFailures;
        roundFailures = "";
        failedRounds++;
        if (usedUp()) {
            giveUp("unreachable", all, from.server());
            return;
        }
        if (all.equals(lastLogged)) {
            LOG.debug("{}: still not attached: {}", order.gateway(), all);
        } else {
            LOG.warn("{}: cannot attach: {}; tried again until it works", order.gateway(), all);
            lastLogged = all;
        }
        await(all, backoff.next(role.serial().nanos()));
    }

    private boolean usedUp() {
        int most = role.settings().get().reconnectAttempts();
        return most >= 0 && failedRounds > most;
    }

    private void giveUp(String code, String text, HostPort server) {
        tellRefused(code, text, null, server);
        end(new AttachmentState.Refused(code, text));
    }

    private void tellRefused(String code, String text, @Nullable Duration retry, HostPort server) {
        Duration again = owner.awaited(this) ? null : retry;
        String next = again == null ? "not tried again" : "tried again in " + again.toSeconds() + " s";
        LOG.warn("{}: refused by {}: {}: {}; {}", order.gateway(), server, code, text, next);
        role.events().publish(new Event.AttachRefused(order.gateway(), code, text, again, server.toString()));
        owner.refused(this, new Event.AttachRefused(order.gateway(), code, text, retry, server.toString()));
    }

    private void await(String cause, Duration delay) {
        stopTimer();
        state = new AttachmentState.Waiting(cause, delay);
        timer = role.serial().after(delay, () -> {
            timer = null;
            tryNow();
        });
    }

    // attached

    /** Renews it when it wears out, or was said to while it was being attached. */
    private void watch(TunnelSession made) {
        made.tunnel().worn().addListener((Future<String> worn) -> {
            if (worn.isSuccess()) {
                role.serial().execute(() -> wornOut(made, worn.getNow()));
            }
        });
        String reason = made.wornBecause();
        if (reason != null) {
            wornOut(made, reason);
        }
    }

    /** A tunnel should be continued by another one; one that is being attached is renewed when it is. */
    private void wornOut(TunnelSession from, String reason) {
        if (tunnels.current() == from) {
            renewal.want(from, reason);
        } else {
            from.wornBecause(reason);
        }
    }

    /** {@return since when the tunnel is attached that may be continued now; null when none may} */
    private @Nullable Long mayRenew() {
        TunnelSession current = tunnels.current();
        return attempt == null && current != null && !current.draining() && leaving == null
                ? (Long) tunnels.attachedAt()
                : null;
    }

    private void renewalFailed(String reason) {
        if (reason.equals(lastLogged)) {
            LOG.debug("{}: the tunnel could not be renewed: {}", tunnels.current(), reason);
        } else {
            LOG.warn("{}: the tunnel could not be renewed, it goes on: {}", tunnels.current(), reason);
            lastLogged = reason;
        }
    }

    private void lost(TunnelSession ended, String reason) {
        renewal.stop();
        ClientId client = ended.client();
        Terminate terminate = ended.terminated();
        String wish = leaving;
        String cause;
        if (wish != null) {
            cause = wish;
        } else if (terminate != null) {
            cause = ForeignText.sentence(terminate.reason());
        } else {
            cause = ended.draining() ? "the server drained the tunnel" : reason;
        }
        if (client != null) {
            role.events().publish(new Event.Detached(order.gateway(), client, cause));
        }
        if (wish != null) {
            LOG.info("{}: detached: {}", ended, wish);
            end(new AttachmentState.Left(wish));
        } else if (terminate != null && !terminate.mayReturn()) {
            giveUpAttempt(cause);
            terminatedNow(ended.toString(), terminate);
        } else {
            comeBack(ended, cause, ended.draining() || terminate != null);
        }
    }

    private void comeBack(TunnelSession ended, String cause, boolean planned) {
        long now = role.serial().nanos();
        if (planned) {
            LOG.info("{}: ended as announced: {}", ended, cause);
            backoff.drained(now);
        } else {
            LOG.warn("{}: lost: {}", ended, cause);
            backoff.lost(now, Duration.ofNanos(now - tunnels.attachedAt()));
        }
        Attempt going = attempt;
        if (going == null) {
            await(cause, backoff.next(now));
        } else {
            state = new AttachmentState.Connecting(going.server()); // the renewal goes on as a reconnect
        }
    }

    private void terminatedNow(String where, Terminate terminate) {
        String reason = ForeignText.sentence(terminate.reason());
        LOG.warn("{}: ended by the server for good: {}", where, reason);
        end(new AttachmentState.Refused(ForeignText.cut(terminate.code(), 64), reason));
    }

    // ending

    /**
     * Ends it on this end's wish: the open connections of its tunnel may finish up to the deadline.
     *
     * @return completes when its tunnel is closed
     */
    CompletionStage<Void> leave(String reason, Duration deadline) {
        if (state.ended()) {
            return CompletableFuture.completedFuture(null);
        }
        leaving = reason;
        stopTimer();
        giveUpAttempt(reason);
        CompletionStage<Void> gone = tunnels.leave(reason, deadline);
        if (tunnels.current() == null) {
            end(new AttachmentState.Left(reason));
        }
        return gone;
    }

    /** Ends its tunnel because a service that it needs goes away; it comes back when that is there again. */
    CompletionStage<Void> pause(String reason, Duration deadline) {
        boolean tried = attempt != null;
        giveUpAttempt(reason);
        if (tunnels.current() == null && tried) {
            await(reason, backoff.next(role.serial().nanos()));
        }
        return tunnels.leave(reason, deadline);
    }

    private void giveUpAttempt(String reason) {
        renewal.stop();
        Attempt going = attempt;
        if (going != null) {
            attempt = null;
            going.abandon(reason);
        }
    }

    private void end(AttachmentState last) {
        stopTimer();
        state = last;
        owner.ended(this);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.close();
            timer = null;
        }
    }
}
