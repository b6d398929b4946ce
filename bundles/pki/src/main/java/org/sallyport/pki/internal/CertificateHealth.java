// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.pki.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.api.DestinationId;
import org.sallyport.api.Registration;
import org.sallyport.api.health.HealthCheck;
import org.sallyport.api.pki.CertificateView;
import org.sallyport.api.pki.DestinationCertificates;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few minutes what expires within 30 days, for health and log. An operator has that month; what is issued here
 * was renewed a month before.
 */
@Component
public final class CertificateHealth implements HealthCheck {
    static final Duration SOON = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(CertificateHealth.class);
    private static final Duration LOOK_EVERY = Duration.ofMinutes(5);
    private static final Duration LOG_EVERY = Duration.ofDays(1);

    private final DestinationCertificates certificates;
    private final CertificateShelf shelf;
    private final Clock clock;
    private final Registration schedule;
    private volatile List<CertificateView> soon = List.of();
    private volatile @Nullable String failed;

    // for one look at a time
    private final Set<String> logged = new HashSet<>();
    private Instant forgetLogged = Instant.MIN;

    @Activate
    public CertificateHealth(@Reference DestinationCertificates certificates, @Reference CertificateShelf shelf) {
        this(certificates, shelf, Clock.systemUTC());
    }

    CertificateHealth(DestinationCertificates certificates, CertificateShelf shelf, Clock clock) {
        this.certificates = certificates;
        this.shelf = shelf;
        this.clock = clock;
        this.schedule = shelf.every(LOOK_EVERY, this::look);
        look();
    }

    @Override
    public String name() {
        return "certificates";
    }

    @Override
    public Health check() {
        String why = failed;
        if (why != null) {
            return Health.bad(why);
        }
        List<CertificateView> now = soon;
        if (now.isEmpty()) {
            return Health.good("none expires within " + SOON.toDays() + " days");
        }
        CertificateView first = now.get(0);
        String more = now.size() == 1 ? "" : ", and " + (now.size() - 1) + " more within " + SOON.toDays() + " days";
        return Health.bad(shown(first) + more + ": replace it");
    }

    /** {@return completes when health knows how it is} */
    CompletionStage<List<CertificateView>> look() {
        return certificates
                .expiring(SOON)
                .thenCombine(shelf.unreadable(), (expiring, unreadable) -> {
                    soon = expiring;
                    failed = unreadable.isEmpty() ? null : unreadable(unreadable);
                    log(expiring);
                    return expiring;
                })
                .whenComplete((expiring, failure) -> {
                    if (failure != null) {
                        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                        failed = String.valueOf(cause.getMessage());
                    }
                });
    }

    @Deactivate
    void stop() {
        schedule.close();
    }

    private static String unreadable(List<DestinationId> ids) {
        String more = ids.size() == 1 ? "" : ", and those of " + (ids.size() - 1) + " more";
        return ids.get(0) + ": its certificates cannot be read" + more
                + ": restore the state directory from a backup, or delete the destination and make it again";
    }

    private synchronized void log(List<CertificateView> expiring) {
        if (!clock.instant().isBefore(forgetLogged)) {
            logged.clear();
            forgetLogged = clock.instant().plus(LOG_EVERY);
        }
        for (CertificateView view : expiring) {
            if (logged.add(view.destination() + view.facts().fingerprint())) {
                LOG.warn("{}", shown(view));
            }
        }
    }

    private String shown(CertificateView view) {
        Instant end = view.facts().notAfter();
        return view.destination() + ": the " + view.role() + " certificate '"
                + view.facts().subject() + "' " + (end.isBefore(clock.instant()) ? "expired on " : "expires on ") + end;
    }
}
