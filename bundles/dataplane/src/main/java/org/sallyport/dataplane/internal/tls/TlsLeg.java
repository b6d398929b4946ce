// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.EventExecutor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sallyport.api.Destination;
import org.sallyport.api.LegSecurity;
import org.sallyport.api.Registration;
import org.sallyport.api.State;
import org.sallyport.api.pki.Leg;
import org.sallyport.api.pki.LegMaterial;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one leg of one destination. It follows the destination's keys and options: handshakes to come use what is new, open
 * connections keep what they began with. Once a day, and when a certificate expires, the context is made anew, so that keys of
 * session tickets do not live longer.
 *
 * <p>On the control loop, except where a method says otherwise.
 */
public final class TlsLeg {
    private static final Logger LOG = LoggerFactory.getLogger(TlsLeg.class);
    private static final Duration LIFE = Duration.ofDays(1);

    private final LegKeys keys;
    private final Leg leg;
    private final EventExecutor control;
    private final Runnable changed;
    private final Clock clock;
    private volatile CompletableFuture<Void> known = new CompletableFuture<>();
    private volatile LegContext context = LegContext.UNKNOWN;
    private volatile LegSecurity security = LegSecurity.NONE;

    private @Nullable Destination destination;
    private @Nullable Registration watch;
    private @Nullable LegMaterial material;
    private @Nullable Future<?> renewal;
    private long wish;

    /**
     * @param keys where keys and trust come from
     * @param leg which one it is
     * @param control the control loop
     * @param changed is told on it when {@link #obstacle} may say something else
     * @param clock to see what has expired
     */
    public TlsLeg(LegKeys keys, Leg leg, EventExecutor control, Runnable changed, Clock clock) {
        this.keys = keys;
        this.leg = leg;
        this.control = control;
        this.changed = changed;
        this.clock = clock;
    }

    /**
     * Takes over a configuration; nothing is begun anew when it says what the one before said.
     *
     * @param newer the destination
     * @param wanted what is to protect this leg
     */
    public void follow(Destination newer, LegSecurity wanted) {
        Destination before = destination;
        LegSecurity securityBefore = security;
        destination = newer;
        security = wanted;
        if (wanted == LegSecurity.NONE) {
            end();
        } else if (watch == null) {
            watch = keys.watch(newer.id(), leg, told -> control.execute(() -> hear(told)));
        } else if (before == null || wanted != securityBefore || !sameTerms(before, newer)) {
            make();
        }
    }

    private static boolean sameTerms(Destination one, Destination other) {
        return one.options().alpn().equals(other.options().alpn())
                && one.options().resourceTls().equals(other.options().resourceTls());
    }

    /** Follows nothing any more. */
    public void end() {
        Registration ended = watch;
        watch = null;
        material = null;
        context = LegContext.UNKNOWN;
        known = new CompletableFuture<>();
        wish++;
        if (renewal != null) {
            renewal.cancel(false);
        }
        if (ended != null) {
            ended.close();
        }
    }

    private void hear(LegMaterial told) {
        if (watch != null) {
            material = told;
            make();
        }
    }

    private void make() {
        Destination wanted = destination;
        LegMaterial known = material;
        LegSecurity how = security;
        if (wanted == null || known == null || how == LegSecurity.NONE) {
            return;
        }
        wish++;
        long which = wish;
        try {
            keys.workers().execute(() -> {
                Instant now = clock.instant();
                LegContext made = leg == Leg.INGRESS
                        ? keys.contexts().ingress(wanted, how, known, now)
                        : keys.contexts().egress(wanted, known, now);
                control.execute(() -> use(made, which));
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("destination {}: TLS is not made anew, this end is about to stop", wanted.id());
        }
    }

    private void use(LegContext made, long which) {
        if (which != wish) {
            return;
        }
        context = made;
        known.complete(null);
        if (renewal != null) {
            renewal.cancel(false);
        }
        Instant until = made.until();
        Duration left =
                until == null ? LIFE : Duration.between(clock.instant(), until).plusSeconds(1);
        long millis = Math.max(1_000, Math.min(LIFE.toMillis(), left.toMillis()));
        renewal = control.schedule(this::make, millis, TimeUnit.MILLISECONDS);
        changed.run();
    }

    /** {@return why no handshake can be made, null when one can or none is needed; on every thread} */
    public @Nullable State obstacle() {
        LegContext now = context;
        if (security == LegSecurity.NONE || now.obstacle().isEmpty()) {
            return null;
        }
        return now.certain() ? new State.Failed(now.obstacle()) : new State.Waiting(now.obstacle());
    }

    /** {@return completes when it is known whether handshakes can be made; on every thread} */
    public CompletionStage<Void> known() {
        return known;
    }

    /** {@return the certificate that this end shows, null when it shows none; on every thread} */
    public @Nullable X509Certificate shown() {
        return context.shown();
    }

    /** {@return what protects this leg; on every thread} */
    public LegSecurity security() {
        return security;
    }

    /**
     * The context for a handshake; on every thread.
     *
     * @param protocol that is to be offered to the other end; empty: none
     * @return null when there is none, for the reason that {@link #obstacle} tells
     */
    public @Nullable SslContext context(String protocol) {
        return context.offering(protocol);
    }
}
