// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.spi.Tunnel;
import org.sallyport.wire.control.Applied;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Detach;
import org.sallyport.wire.control.Drain;
import org.sallyport.wire.control.Listeners;
import org.sallyport.wire.control.Terminate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One tunnel and what was said on it. Of the role's thread; what is volatile is read by those who show it. */
final class TunnelSession {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelSession.class);
    private static final Duration MOST_DRAIN = Duration.ofMinutes(5);

    private final Tunnel tunnel;
    private final HostPort server;
    private final Instant since;
    private @Nullable ControlLink control;
    private volatile @Nullable ClientId client;
    private volatile boolean draining;
    private @Nullable Terminate terminated;
    private @Nullable String wornBecause;
    private @Nullable Applied lastApplied;
    private @Nullable Listeners lastListeners;

    TunnelSession(Tunnel tunnel, HostPort server, Instant since) {
        this.tunnel = tunnel;
        this.server = server;
        this.since = since;
    }

    Tunnel tunnel() {
        return tunnel;
    }

    /** {@return the address that was dialled} */
    HostPort server() {
        return server;
    }

    Instant since() {
        return since;
    }

    /** {@return the ID that the server gave, null before that} */
    @Nullable
    ClientId client() {
        return client;
    }

    void client(ClientId given) {
        client = given;
    }

    void control(ControlLink link) {
        control = link;
    }

    void send(ControlMessage message) {
        ControlLink link = control;
        if (link != null) {
            link.send(message);
        }
    }

    /** Tells what is applied, unless that was told already. */
    void tell(Applied applied) {
        if (!applied.equals(lastApplied)) {
            lastApplied = applied;
            send(applied);
        }
    }

    /** Tells the state of the client ports, unless that was told already. */
    void tell(Listeners listeners) {
        if (!listeners.equals(lastListeners)) {
            lastListeners = listeners;
            send(listeners);
        }
    }

    /** {@return whether this tunnel ends as one end announced} */
    boolean draining() {
        return draining;
    }

    /** No new streams; the tunnel closes when the open ones have ended, or at the deadline. */
    void drain(Duration deadline) {
        draining = true;
        Future<Void> unused = tunnel.drain(deadline); // its end comes through closed()
    }

    /** The same on this end's wish; at once when nothing is carried. */
    void leave(String reason, Duration deadline) {
        if (tunnel.stats().openStreams() == 0 || deadline.isZero()) {
            draining = true;
            send(new Detach(reason));
            tunnel.close(reason);
            return;
        }
        if (!draining) {
            send(new Drain(deadline.toMillis()));
        }
        drain(deadline);
    }

    /** {@return whether a message was about the end of this tunnel, which is on its way then} */
    boolean heard(ControlMessage message) {
        if (message instanceof Terminate terminate) {
            terminated = terminate;
            tunnel.close("ended by the server: " + ForeignText.sentence(terminate.reason()));
            return true;
        }
        if (message instanceof Drain drain) {
            Duration deadline = Duration.ofMillis(Math.min(drain.deadlineMillis(), MOST_DRAIN.toMillis()));
            LOG.info(
                    "{}: the server drains it; its {} open connections have {} s",
                    this,
                    tunnel.stats().openStreams(),
                    deadline.toSeconds());
            drain(deadline);
            return true;
        }
        return false;
    }

    /** Another tunnel has to continue this one, for the first reason that was given. */
    void wornBecause(String reason) {
        if (wornBecause == null) {
            wornBecause = reason;
        }
    }

    /** {@return why another tunnel has to continue this one, or null} */
    @Nullable
    String wornBecause() {
        return wornBecause;
    }

    /** {@return what the server said when it ended this attachment, or null} */
    @Nullable
    Terminate terminated() {
        return terminated;
    }

    @Override
    public String toString() {
        ClientId id = client;
        return (id == null ? "tunnel" : id.toString()) + "@" + server;
    }
}
