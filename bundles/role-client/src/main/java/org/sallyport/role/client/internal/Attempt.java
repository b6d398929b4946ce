// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.api.HostPort;
import org.sallyport.api.Registration;
import org.sallyport.spi.Tunnel;
import org.sallyport.spi.TunnelTarget;
import org.sallyport.spi.TunnelTransport;
import org.sallyport.wire.control.Attach;
import org.sallyport.wire.control.Attached;
import org.sallyport.wire.control.ControlMessage;
import org.sallyport.wire.control.Refused;
import org.sallyport.wire.control.Terminate;

/**
 * One try to attach: a tunnel, the attach, the server's answer, the configuration in force. It succeeds or fails once; a try
 * that was given up says nothing any more. On the role's thread.
 */
final class Attempt {
    /** For the connection, the proxy and the handshake together. */
    static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    /** From a tunnel that is up to a configuration that is in force. */
    static final Duration ATTACH_LIMIT = Duration.ofSeconds(20);

    /** Beyond the transport's own limit, in case that its bundle goes away under the connect. */
    private static final Duration SPARE = Duration.ofSeconds(5);

    /** Who tries. */
    interface Owner {
        /** The tunnel is up, the attach is said. */
        void connected(Attempt attempt);

        /**
         * The server accepted.
         *
         * @return completes when the configuration that came with it is in force
         * @throws IllegalArgumentException when the answer cannot be right
         */
        CompletionStage<Void> accepted(Attempt attempt, TunnelSession session, Attached answer);

        /** Success; the tunnel is the owner's now. */
        void attached(Attempt attempt, TunnelSession session);

        /** The server refused; the tunnel is closed. */
        void refused(Attempt attempt, Refused refused);

        /** The server ended the attachment for good before it was in use; the tunnel is closed. */
        void terminated(Attempt attempt, Terminate terminate);

        /** Anything else went wrong. */
        void failed(Attempt attempt, String reason);

        /** The server said something after it accepted. */
        void received(TunnelSession session, ControlMessage message);

        /** A tunnel that was accepted has ended; also after this attempt succeeded. */
        void closed(TunnelSession session, String reason);
    }

    private final HostPort server;
    private final Serial serial;
    private final ControlLink.Opener control;
    private final Attach attach;
    private final Owner owner;
    private @Nullable TunnelSession session;
    private @Nullable Registration limit;
    private boolean answered;
    private boolean over;

    /**
     * @param server where
     * @param role whose thread and control streams are used
     * @param attach what to say
     * @param owner hears what comes of it
     */
    Attempt(HostPort server, RoleContext role, Attach attach, Owner owner) {
        this.server = server;
        this.serial = role.serial();
        this.control = role.control();
        this.attach = attach;
        this.owner = owner;
    }

    HostPort server() {
        return server;
    }

    /** Begins. The owner may hear of a failure before this returns. */
    void begin(TunnelTransport transport, TunnelTarget target) {
        limit = serial.after(CONNECT_LIMIT.plus(SPARE), () -> fail("no connection in time"));
        try {
            transport.connect(target).addListener((Future<Tunnel> made) -> serial.execute(() -> connected(made)));
        } catch (RuntimeException e) {
            fail("the tunnel transport failed: " + e.getMessage());
        }
    }

    /** Gives it up; the owner hears nothing more of it. */
    void abandon(String reason) {
        finish();
        TunnelSession made = session;
        if (made != null) {
            made.tunnel().close(reason);
        }
    }

    private void connected(Future<Tunnel> made) {
        if (!made.isSuccess()) {
            String text = made.cause().getMessage();
            fail(text == null ? made.cause().toString() : text);
            return;
        }
        Tunnel tunnel = made.getNow();
        if (over) {
            tunnel.close("the attempt was given up meanwhile");
            return;
        }
        TunnelSession opened = new TunnelSession(tunnel, server, Instant.now());
        session = opened;
        stopLimit();
        limit = serial.after(
                ATTACH_LIMIT,
                () -> tunnel.close("the attach was not finished within " + ATTACH_LIMIT.toSeconds() + " s"));
        tunnel.closed().addListener((Future<String> closed) -> serial.execute(() -> closed(opened, closed.getNow())));
        opened.control(control.open(tunnel, message -> received(opened, message)));
        opened.send(attach.describing(List.copyOf(tunnel.features()), attach.labels()));
        owner.connected(this);
    }

    private void received(TunnelSession from, ControlMessage message) {
        if (from.heard(message)) {
            return;
        }
        if (answered) {
            owner.received(from, message);
        } else if (message instanceof Attached accepted) {
            answered = true;
            accepted(from, accepted);
        } else if (message instanceof Refused refused) {
            answered = true;
            abandon("refused: " + ForeignText.sentence(refused.code()));
            owner.refused(this, refused);
        } else {
            from.tunnel()
                    .close("the server sent " + message.getClass().getSimpleName() + " before it answered the attach");
        }
    }

    private void accepted(TunnelSession made, Attached answer) {
        try {
            made.client(new ClientId(answer.client()));
            made.tunnel().agree(answer.features());
            owner.accepted(this, made, answer)
                    .whenComplete((joined, failure) -> serial.execute(() -> joined(made, failure)));
        } catch (RuntimeException e) {
            made.tunnel().close(String.valueOf(e.getMessage()));
        }
    }

    private void joined(TunnelSession made, @Nullable Throwable failure) {
        if (failure != null) {
            made.tunnel().close(String.valueOf(failure.getMessage()));
        } else if (!over) {
            finish();
            owner.attached(this, made);
        }
    }

    private void closed(TunnelSession ended, String reason) {
        if (!over) {
            finish();
            Terminate terminate = ended.terminated();
            if (terminate != null && !terminate.mayReturn()) {
                owner.terminated(this, terminate);
            } else {
                owner.failed(this, reason);
            }
        }
        if (ended.client() != null) {
            owner.closed(ended, reason);
        }
    }

    private void fail(String reason) {
        if (!over) {
            finish();
            owner.failed(this, reason);
        }
    }

    private void finish() {
        over = true;
        stopLimit();
    }

    private void stopLimit() {
        if (limit != null) {
            limit.close();
            limit = null;
        }
    }
}
