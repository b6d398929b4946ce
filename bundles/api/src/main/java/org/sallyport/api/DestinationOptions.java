// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.time.Duration;

/**
 * What an operator may tune of a destination.
 *
 * @param connectTimeout one deadline over all tries to reach the resource, those through other clients included; 1 s to
 *     180 s
 * @param idleTimeout a connection with no byte either way for this long is closed; zero switches this off, at most 30
 *     days
 * @param maxConnections how many connections may be open at once; 0 means no limit of its own
 */
public record DestinationOptions(Duration connectTimeout, Duration idleTimeout, int maxConnections) {
    /** 10 s to connect, no idle timeout, no connection limit. */
    public static final DestinationOptions DEFAULTS = new DestinationOptions(Duration.ofSeconds(10), Duration.ZERO, 0);

    public DestinationOptions {
        if (connectTimeout.compareTo(Duration.ofSeconds(1)) < 0
                || connectTimeout.compareTo(Duration.ofSeconds(180)) > 0) {
            throw new IllegalArgumentException(
                    "connect timeout " + seconds(connectTimeout) + ": expected 1 to 180 seconds");
        }
        if (idleTimeout.isNegative() || idleTimeout.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException(
                    "idle timeout " + seconds(idleTimeout) + ": expected 0 (off) to 2592000 seconds");
        }
        if (maxConnections < 0 || maxConnections > 1_000_000) {
            throw new IllegalArgumentException("connection limit " + maxConnections + ": expected 0 (none) to 1000000");
        }
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
