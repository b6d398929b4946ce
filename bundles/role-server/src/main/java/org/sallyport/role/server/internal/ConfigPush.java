// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.role.server.internal;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.sallyport.wire.control.Certificates;
import org.sallyport.wire.control.Config;
import org.sallyport.wire.control.ControlMessage;

/**
 * Sends a client its configuration and, behind it, the certificates that it lacks: at once when none was sent lately, else
 * together with what follows within 200 ms, and never while an earlier message has not left yet. So a slow client costs one
 * message of memory. On the role's thread.
 */
final class ConfigPush {
    private static final Duration COALESCED = Duration.ofMillis(200);

    private final ControlSession session;
    private final RoleThread thread;
    private final Supplier<Config> latest;
    private final CertificatePush certificates;
    private final LongSupplier nanos;
    private long lastSent;
    private boolean scheduled;
    private boolean leaving;
    private boolean stale;

    /**
     * For a client that has just got a configuration with the answer to its attach.
     *
     * @param session to the client
     * @param thread the role's
     * @param latest makes the configuration that is true when it is sent
     * @param certificates says what the client lacks
     * @param nanos the time
     */
    ConfigPush(
            ControlSession session,
            RoleThread thread,
            Supplier<Config> latest,
            CertificatePush certificates,
            LongSupplier nanos) {
        this.session = session;
        this.thread = thread;
        this.latest = latest;
        this.certificates = certificates;
        this.nanos = nanos;
        this.lastSent = nanos.getAsLong();
    }

    /** The client has its first configuration: it gets the certificates that belong to it. */
    void begin(Config first) {
        certificates.follow(first);
        leaving = true;
        sendCertificates();
    }

    /** The configuration has changed. */
    void wish() {
        stale = true;
        if (scheduled || leaving) {
            return;
        }
        long due = lastSent + COALESCED.toNanos() - nanos.getAsLong();
        if (due <= 0) {
            send();
        } else {
            scheduled = true;
            thread.after(Duration.ofNanos(due), () -> {
                scheduled = false;
                send();
            });
        }
    }

    private void send() {
        stale = false;
        leaving = true;
        lastSent = nanos.getAsLong();
        Config config = latest.get();
        certificates.follow(config);
        send(config);
    }

    private void sendCertificates() {
        Certificates lacking = certificates.next();
        if (lacking != null) {
            send(lacking);
            return;
        }
        leaving = false;
        if (stale) {
            wish();
        }
    }

    private void send(ControlMessage message) {
        session.send(
                message,
                sent -> thread.post(() -> {
                    if (sent) {
                        sendCertificates();
                    }
                }));
    }
}
