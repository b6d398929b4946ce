// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.Ids;
import org.sallyport.api.Registration;
import org.sallyport.api.pki.Fingerprints;
import org.sallyport.api.pki.KeyMaterial;
import org.sallyport.api.pki.TunnelAuthority;
import org.sallyport.api.pki.TunnelIdentity;
import org.sallyport.api.registry.SecretStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tunnel CA and this server's tunnel certificate, which is replaced after two thirds of its life.
 *
 * <p>A delayed component: it is made when a server first asks for it, so a client that has this bundle makes no CA. Making
 * it waits for the secret store, milliseconds as a rule, half a second at the very first start, 3 s for each secret at most.
 *
 * <p>Whether a renewal is due is asked every hour, of the clock: one long timer would be wrong on a machine that slept.
 */
@Component
public final class RenewingTunnelAuthority implements TunnelAuthority {
    static final Duration CERTIFICATE_LIFE = Duration.ofDays(90);
    static final Duration RENEW_AFTER = Duration.ofDays(60);
    static final Duration LOOK_EVERY = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(RenewingTunnelAuthority.class);
    private static final String NAME_SECRET = "tunnel.name";
    private static final String CERTIFICATE_SECRET = "tunnel.certificate";
    private static final String DOMAIN = ".sallyport";
    private static final int RANDOM_CHARACTERS = 16;
    private static final long STOP_SECONDS = 2;

    private final Secrets secrets;
    private final Clock clock;
    private final Certificates certificates;
    private final KeyMaterial authority;
    private final String serverName;
    private final Registration schedule;
    private final List<Watch> watches = new ArrayList<>();
    private volatile TunnelIdentity current;

    /** Runs a task from time to time; closing it lets a run that has begun end. */
    interface Scheduler {
        Registration every(Duration period, Runnable task);
    }

    @Activate
    public RenewingTunnelAuthority(@Reference SecretStore secrets) {
        this(secrets, Clock.systemUTC(), new SecureRandom(), RenewingTunnelAuthority::ownThread);
    }

    RenewingTunnelAuthority(SecretStore store, Clock clock, SecureRandom random, Scheduler scheduler) {
        this.secrets = new Secrets(store);
        this.clock = clock;
        this.certificates = new Certificates(random);
        this.serverName = secrets.getOrMake(
                NAME_SECRET,
                () -> new Ids(random).characters(RANDOM_CHARACTERS).toLowerCase(Locale.ROOT) + DOMAIN,
                stored -> new String(stored, US_ASCII),
                name -> name.getBytes(US_ASCII));
        this.authority = Authorities.of(secrets, certificates, serverName, clock.instant())
                .tunnel();
        this.current = identity();
        this.schedule = scheduler.every(LOOK_EVERY, this::renewIfDue);
    }

    @Override
    public TunnelIdentity current() {
        return current;
    }

    @Override
    public Registration watch(Consumer<TunnelIdentity> watcher) {
        Watch watch = new Watch(requireNonNull(watcher, "watcher"));
        synchronized (watches) {
            watches.add(watch);
        }
        watch.deliver();
        return () -> {
            synchronized (watches) {
                watches.remove(watch);
            }
            watch.end();
        };
    }

    @Deactivate
    void stop() {
        schedule.close();
    }

    private TunnelIdentity identity() {
        byte[] stored = secrets.get(CERTIFICATE_SECRET);
        if (stored != null) {
            KeyMaterial known = StoredKey.readMaterial(stored);
            if (!isDue(renewAt(known)) && known.chain().contains(authority.certificate())) {
                return identity(known);
            }
        }
        return renewed();
    }

    private TunnelIdentity renewed() {
        KeyMaterial made = certificates.server(authority, serverName, clock.instant(), CERTIFICATE_LIFE);
        secrets.put(CERTIFICATE_SECRET, StoredKey.write(made));
        return identity(made);
    }

    private void renewIfDue() {
        if (!isDue(current.renewAt())) {
            return;
        }
        try {
            current = renewed();
            LOG.info("{}: the tunnel certificate was renewed, the next time at {}", serverName, current.renewAt());
        } catch (RuntimeException e) {
            // also what nobody expected: the schedule must not end with it
            LOG.error(
                    "{}: the tunnel certificate could not be renewed and is valid until {}; tried again in {} min",
                    serverName,
                    current.material().certificate().getNotAfter().toInstant(),
                    LOOK_EVERY.toMinutes(),
                    e);
            return;
        }
        List<Watch> told;
        synchronized (watches) {
            told = List.copyOf(watches);
        }
        told.forEach(Watch::deliver);
    }

    private boolean isDue(Instant renewAt) {
        return !clock.instant().isBefore(renewAt);
    }

    private TunnelIdentity identity(KeyMaterial material) {
        return new TunnelIdentity(
                serverName, Fingerprints.of(authority.certificate().getPublicKey()), null, material, renewAt(material));
    }

    private static Instant renewAt(KeyMaterial material) {
        return material.certificate()
                .getNotAfter()
                .toInstant()
                .minus(CERTIFICATE_LIFE)
                .plus(RENEW_AFTER);
    }

    private static Registration ownThread(Duration period, Runnable task) {
        ScheduledExecutorService executor = new ScheduledThreadPoolExecutor(1, run -> {
            Thread thread = new Thread(run, "sallyport-tunnel-certificate");
            thread.setDaemon(true);
            return thread;
        });
        ScheduledFuture<?> runs =
                executor.scheduleWithFixedDelay(task, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
        return () -> {
            runs.cancel(true);
            executor.shutdown();
            try {
                if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn("the renewal of the tunnel certificate did not end within {} s", STOP_SECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** A watcher that is told each identity once, one call at a time. */
    private final class Watch {
        private final Consumer<TunnelIdentity> watcher;
        private @Nullable TunnelIdentity known;
        private boolean ended;

        Watch(Consumer<TunnelIdentity> watcher) {
            this.watcher = watcher;
        }

        synchronized void deliver() {
            TunnelIdentity now = current;
            if (ended || now.equals(known)) {
                return;
            }
            known = now;
            try {
                watcher.accept(now);
            } catch (RuntimeException e) {
                LOG.error("{}: a watcher of the tunnel certificate failed", serverName, e);
            }
        }

        synchronized void end() {
            ended = true;
        }
    }
}
