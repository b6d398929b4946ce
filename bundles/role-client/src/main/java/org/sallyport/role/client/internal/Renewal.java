// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.client.internal;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Registration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a tunnel that wears out is continued by another one. It is tried as long as the present tunnel lives: the server's
 * deadline is a wish, and established TLS goes on without a new certificate. What is tried after its end is a reconnect like
 * any other. On the role's thread.
 */
final class Renewal {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

    /** Between two renewals at least, whoever wants them. */
    private static final Duration SPACING = Duration.ofSeconds(1);

    private final RoleContext role;
    private final Supplier<@Nullable Long> attachedAt;
    private final Runnable connect;

    /** The delays of a renewal that is wanted; null when none is. */
    private @Nullable Backoff wanted;

    private @Nullable Registration timer;

    /**
     * @param attachedAt gives since when the tunnel is attached that may be continued now; null when none may
     * @param connect begins to
     */
    Renewal(RoleContext role, Supplier<@Nullable Long> attachedAt, Runnable connect) {
        this.role = role;
        this.attachedAt = attachedAt;
        this.connect = connect;
    }

    /** A tunnel should be continued by another one. */
    void want(TunnelSession worn, String reason) {
        if (wanted == null) {
            LOG.info("{}: a new tunnel is to continue it: {}", worn, reason);
        }
        wanted = new Backoff(role.random(), role.serial().nanos());
        now();
    }

    /** Tries, if it is wanted and there is a tunnel to continue. */
    void now() {
        stopTimer();
        Long since = attachedAt.get();
        if (wanted != null && since != null) {
            Duration lasted = Duration.ofNanos(role.serial().nanos() - since);
            if (lasted.compareTo(SPACING) < 0) {
                timer = role.serial().after(SPACING.minus(lasted), this::now);
            } else {
                connect.run();
            }
        }
    }

    /**
     * Tries after a while, if it is wanted.
     *
     * @param least what the server asked for
     */
    void later(Duration least) {
        Backoff delays = wanted;
        if (delays == null) {
            return;
        }
        stopTimer();
        Duration own = delays.next(role.serial().nanos());
        Duration asked = delays.asked(least);
        timer = role.serial().after(own.compareTo(asked) > 0 ? own : asked, this::now);
    }

    /** It is not wanted any more. */
    void stop() {
        wanted = null;
        stopTimer();
    }

    private void stopTimer() {
        if (timer != null) {
            timer.close();
            timer = null;
        }
    }
}
