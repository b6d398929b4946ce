// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.ingress;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.ClientId;
import org.sallyport.spi.OpenCode;
import org.sallyport.spi.OpenReply;
import org.sallyport.spi.StreamChannel;
import org.sallyport.spi.StreamResetException;

/**
 * The search for a client that reaches the resource, for one application.
 *
 * <p>The next client is tried on a promise that no byte reached the resource, and only then. One deadline covers all tries,
 * and the wait for a client when there is none.
 *
 * <p>On the loop of whoever seeks; a tunnel that is tried may be on another.
 */
final class ClientSearch {
    /** What there is to tell before a client was asked. */
    static final OpenReply NOBODY = new OpenReply(OpenCode.NO_CLIENT, "no client is attached");

    /** Why a stream is of no use. */
    enum Useless {
        /** The other end refused it, which has ended it. */
        REFUSED,
        /** It was reset, or never was open; who holds something for it lets go. */
        FAILED,
        /** It was not answered in time, and is still open. */
        LATE
    }

    /** Who seeks; told on its loop, and of nothing any more after {@link #cancel}. */
    interface Seeker {
        /** Opens a stream on a tunnel. */
        StreamChannel open(AttachedTunnel chosen);

        /** The stream that was opened last is not the one. */
        void useless(Useless why);

        /** The stream that was opened last reaches the resource; the search is over. */
        void reached(OpenReply reply);

        /** Nobody reaches it; the search is over. */
        void refused(OpenReply reply);
    }

    private final IngressDestination owner;
    private final EventLoop loop;
    private final InetAddress source;
    private final Duration patience;
    private final Seeker seeker;
    private final List<AttachedTunnel> tried = new ArrayList<>(1);

    private @Nullable AttachedTunnel tunnel;
    private @Nullable StreamChannel attempt;
    private @Nullable Future<?> deadline;
    private OpenReply last = NOBODY;
    private boolean answeredOnce;
    private boolean waiting;
    private boolean over;

    /**
     * @param owner whose tunnels are tried
     * @param loop of the seeker
     * @param source of its application
     * @param patience how long it may take
     * @param seeker opens streams, and is told
     */
    ClientSearch(IngressDestination owner, EventLoop loop, InetAddress source, Duration patience, Seeker seeker) {
        this.owner = owner;
        this.loop = loop;
        this.source = source;
        this.patience = patience;
        this.seeker = seeker;
    }

    /**
     * Begins.
     *
     * @param first the tunnel to try first; null: whichever is chosen
     */
    void start(@Nullable AttachedTunnel first) {
        deadline = loop.schedule(this::expired, patience.toNanos(), TimeUnit.NANOSECONDS);
        if (first != null && first.tunnel().usable()) {
            openOn(first);
        } else {
            tryNext();
        }
    }

    /** {@return the client whose tunnel was tried last; null: none was} */
    @Nullable
    ClientId client() {
        AttachedTunnel now = tunnel;
        return now == null ? null : now.client();
    }

    /** {@return the last answer, or what was the matter when there was none} */
    OpenReply last() {
        return last;
    }

    private void tryNext() {
        attempt = null;
        AttachedTunnel next;
        try {
            next = owner.choice().choose(source, tried);
        } catch (TunnelChoice.PolicyFailure failure) {
            refuse(new OpenReply(OpenCode.INTERNAL, String.valueOf(failure.getMessage())));
            return;
        }
        if (next != null) {
            openOn(next);
        } else if (owner.choice().anyUsable()) {
            refuse(last);
        } else {
            awaitClient();
        }
    }

    private void openOn(AttachedTunnel chosen) {
        tunnel = chosen;
        tried.add(chosen);
        StreamChannel opening = seeker.open(chosen);
        attempt = opening;
        opening.opened().addListener(answer -> {
            if (loop.inEventLoop()) {
                answered(opening, chosen, answer);
            } else {
                loop.execute(() -> answered(opening, chosen, answer));
            }
        });
    }

    private void answered(StreamChannel by, AttachedTunnel of, Future<?> answer) {
        if (attempt != by || over) {
            return;
        }
        if (!answer.isSuccess()) {
            failed(of, answer.cause());
            return;
        }
        OpenReply reply = (OpenReply) answer.getNow();
        if (reply.accepted()) {
            owner.choice().reached(of);
            end();
            seeker.reached(reply);
            return;
        }
        answeredOnce = true;
        last = reply;
        seeker.useless(Useless.REFUSED);
        if (reply.code().nextClient()) {
            owner.choice().failed(of);
            tryNext();
        } else {
            refuse(reply);
        }
    }

    private void failed(AttachedTunnel of, Throwable cause) {
        boolean again = cause instanceof StreamResetException reset && reset.retryable();
        OpenReply failure = new OpenReply(OpenCode.INTERNAL, String.valueOf(cause.getMessage()));
        owner.choice().failed(of);
        seeker.useless(Useless.FAILED);
        if (!again) {
            refuse(failure);
            return;
        }
        if (!answeredOnce) {
            // what a client said tells more than that another one went
            last = failure;
        }
        tryNext();
    }

    private void awaitClient() {
        if (waiting) {
            return;
        }
        if (!owner.waitingShare().take()) {
            refuse(new OpenReply(OpenCode.TOO_MANY, "too many connections wait for a client"));
            return;
        }
        waiting = true;
        owner.await(this);
        if (owner.choice().anyUsable()) {
            // it came before we stood in line
            clientCame();
        }
    }

    /** A client was attached. Safe for every thread. */
    void clientCame() {
        loop.execute(() -> {
            if (waiting) {
                waitsNoLonger();
                // those that failed before have gone or may have recovered: everybody counts again
                tried.clear();
                tryNext();
            }
        });
    }

    private void waitsNoLonger() {
        if (waiting) {
            waiting = false;
            owner.waitsNoLonger(this);
            owner.waitingShare().give();
        }
    }

    private void expired() {
        if (over) {
            return;
        }
        boolean unanswered = attempt != null && !answeredOnce;
        if (attempt != null) {
            seeker.useless(Useless.LATE);
        }
        refuse(new OpenReply(
                waiting ? OpenCode.NO_CLIENT : OpenCode.TIMED_OUT,
                "not reached within " + patience.toSeconds() + " s ("
                        + (unanswered ? "the client has not answered" : last.text()) + ")"));
    }

    private void refuse(OpenReply reply) {
        end();
        seeker.refused(reply);
    }

    private void end() {
        over = true;
        attempt = null;
        waitsNoLonger();
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    /** Seeks no longer, and tells nothing any more; a second call does nothing. */
    void cancel() {
        end();
    }
}
