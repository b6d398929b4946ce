// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Registration;

/**
 * The tunnels of one attachment: the one that is in use, and those that it continues while their streams finish. What is
 * changed is changed on the role's thread; it is read on any.
 */
final class AttachmentTunnels {
    /** How long streams may go on on a tunnel that another one continues; longer than the hour that the server gives. */
    private static final Duration CONTINUED = Duration.ofMinutes(65);

    /** Former tunnels at a time; the oldest ends when there are more. */
    private static final int MOST_FORMER = 8;

    private final Serial serial;

    /** Oldest first. */
    private final Deque<TunnelSession> former = new ArrayDeque<>();

    private volatile @Nullable TunnelSession current;
    private volatile List<TunnelSession> all = List.of();
    private long attachedAt;

    AttachmentTunnels(Serial serial) {
        this.serial = serial;
    }

    /** {@return the tunnel that is in use, null when none is; on any thread} */
    @Nullable
    TunnelSession current() {
        return current;
    }

    /** {@return all that are not closed yet, oldest first; on any thread} */
    List<TunnelSession> all() {
        return all;
    }

    /** {@return when the last tunnel was attached, in the role's nanoseconds} */
    long attachedAt() {
        return attachedAt;
    }

    /**
     * A tunnel is attached and in use from now on; the one before drains.
     *
     * @return the one that it continues, null when there was none
     */
    @Nullable
    TunnelSession attached(TunnelSession made) {
        TunnelSession before = current;
        current = made;
        attachedAt = serial.nanos();
        if (before != null) {
            former.addLast(before);
            before.drain(CONTINUED);
            if (former.size() > MOST_FORMER) {
                former.removeFirst().tunnel().close("too many later tunnels continue it");
            }
        }
        show();
        return before;
    }

    /** A tunnel is closed. {@return whether it was the one in use} */
    boolean ended(TunnelSession closed) {
        boolean used = current == closed;
        if (used) {
            current = null;
        } else {
            former.remove(closed);
        }
        show();
        return used;
    }

    private void show() {
        List<TunnelSession> next = new ArrayList<>(former);
        TunnelSession used = current;
        if (used != null) {
            next.add(used);
        }
        all = List.copyOf(next);
    }

    /** Ends the present tunnel and those that it continues. {@return completes when they are closed} */
    CompletionStage<Void> leave(String reason, Duration deadline) {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (TunnelSession each : all) {
            CompletableFuture<Void> gone = new CompletableFuture<>();
            boolean longer = each.draining(); // by a later deadline, maybe
            each.leave(reason, deadline);
            Registration limit =
                    longer ? serial.after(deadline, () -> each.tunnel().close(reason)) : () -> {};
            each.tunnel().closed().addListener(closed -> {
                limit.close();
                gone.complete(null);
            });
            ends.add(gone);
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
    }
}
