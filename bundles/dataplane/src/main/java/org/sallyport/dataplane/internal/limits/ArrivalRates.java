// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.dataplane.internal.limits;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.sallyport.api.config.LimitSettings;

/**
 * How fast connections may come to one destination: new ones, and those that turn out to be reset before they sent anything,
 * of which the other end of a tunnel bears only so many. Each source has its own rates, so that one which goes wrong leaves room for the
 * others. A source is an IPv4 address or an IPv6 network of 64 bits. Safe for every thread.
 */
public final class ArrivalRates {
    /** How long somebody waits for a tunnel to catch up before he asks again. */
    private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

    private final ProcessLimits limits;
    private final long salt = new SecureRandom().nextLong();
    private final Debt arrivals;
    private final Debt fruitless;

    /**
     * @param limits of the process
     */
    public ArrivalRates(ProcessLimits limits) {
        this.limits = limits;
        long now = limits.nanos().getAsLong();
        arrivals = new Debt(now);
        fruitless = new Debt(now);
    }

    /**
     * A connection comes.
     *
     * @param source whose it is
     * @param behind whether a tunnel still has streams to reset on which nothing was sent; then a destination that had
     *     such a moment ago waits
     * @return 0 when it may go on, and it counts then; else how many nanoseconds to wait before the next try
     */
    public long enter(InetAddress source, boolean behind) {
        LimitSettings.Ingress most = limits.settings().now().ingress();
        long now = limits.nanos().getAsLong();
        long key = key(source);
        long wait = Math.max(
                Math.max(limits.newcomers().delay(key, now, most.source()), arrivals.delay(now, most.destination())),
                Math.max(
                        limits.fruitless().delay(key, now, most.fruitlessSource()),
                        fruitless.delay(now, most.fruitlessDestination())));
        if (wait == 0 && behind && fruitless.isRecent(now)) {
            wait = LOOK;
        }
        if (wait == 0) {
            limits.newcomers().take(key, now, most.source());
            arrivals.take(now, most.destination());
        }
        return wait;
    }

    /** A connection was reset before it had sent anything. */
    public void fruitless(InetAddress source) {
        LimitSettings.Ingress most = limits.settings().now().ingress();
        long now = limits.nanos().getAsLong();
        limits.fruitless().take(key(source), now, most.fruitlessSource());
        fruitless.take(now, most.fruitlessDestination());
    }

    /** {@return which limit makes a source wait now, for the log} */
    public String bound(InetAddress source) {
        LimitSettings.Ingress most = limits.settings().now().ingress();
        long now = limits.nanos().getAsLong();
        long key = key(source);
        if (limits.fruitless().delay(key, now, most.fruitlessSource()) > 0) {
            return "ingress.fruitless.source = " + most.fruitlessSource();
        }
        if (fruitless.delay(now, most.fruitlessDestination()) > 0) {
            return "ingress.fruitless.destination = " + most.fruitlessDestination();
        }
        if (limits.newcomers().delay(key, now, most.source()) > 0) {
            return "ingress.source = " + most.source();
        }
        if (arrivals.delay(now, most.destination()) > 0) {
            return "ingress.destination = " + most.destination();
        }
        return "of a tunnel for connections that are reset before they send anything";
    }

    private long key(InetAddress source) {
        return SourceDebts.mix(network(source)) ^ salt;
    }

    /** {@return what all addresses of a source have in common} */
    static long network(InetAddress source) {
        if (!(source instanceof Inet6Address)) {
            // which is the address, without a copy of it
            return source.hashCode();
        }
        long network = 0;
        byte[] bytes = source.getAddress();
        for (int at = 0; at < Long.BYTES; at++) {
            network = (network << Byte.SIZE) | (bytes[at] & 0xff);
        }
        return network;
    }
}
