// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may tune of a destination.
 *
 * @param connectTimeout one deadline over all tries to reach the resource, those through other clients included; 1 s to
 *     180 s
 * @param idleTimeout a connection with no byte either way for this long is closed; zero switches this off, at most 30
 *     days
 * @param maxConnections how many connections may be open at once; 0 means no limit of its own
 * @param alpn protocols that applications are offered in TLS (RFC 7301), the preferred one first; empty: none is agreed on
 * @param sources who may connect
 * @param resourceTls what protects the way to the resource
 * @param sourceHeaders who tells where an application really is
 * @param bandwidth how much may be carried in a second
 * @param resourceProxy the SOCKS proxy through which the resource is reached; null: it is reached without one
 */
public record DestinationOptions(
        Duration connectTimeout,
        Duration idleTimeout,
        int maxConnections,
        List<String> alpn,
        SourceAccess sources,
        ResourceTls resourceTls,
        SourceHeaders sourceHeaders,
        Bandwidth bandwidth,
        @Nullable ProxyAddress resourceProxy) {
    /** 10 s to connect, no idle timeout, no limits; open to everyone, nothing but the application's bytes to the resource. */
    public static final DestinationOptions DEFAULTS = new DestinationOptions(
            Duration.ofSeconds(10),
            Duration.ZERO,
            0,
            List.of(),
            SourceAccess.OPEN,
            ResourceTls.NONE,
            SourceHeaders.NONE,
            Bandwidth.UNLIMITED,
            null);

    private static final int MAX_ALPN = 8;
    private static final int MAX_ALPN_LENGTH = 64;

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
        alpn = List.copyOf(alpn);
        if (alpn.size() > MAX_ALPN || alpn.stream().distinct().count() < alpn.size()) {
            throw new IllegalArgumentException(
                    "ALPN list of " + alpn.size() + ": expected at most " + MAX_ALPN + " protocols, each once");
        }
        alpn.forEach(DestinationOptions::checkAlpn);
        if (resourceProxy != null && resourceProxy.kind() == ProxyAddress.Kind.HTTP) {
            throw new IllegalArgumentException(
                    "resource proxy " + resourceProxy + ": expected socks4, socks4a or socks5 in place of http");
        }
    }

    private static void checkAlpn(String protocol) {
        if (protocol.isEmpty()
                || protocol.length() > MAX_ALPN_LENGTH
                || !protocol.chars().allMatch(c -> c > ' ' && c < 127 && c != ',')) {
            throw new IllegalArgumentException("ALPN protocol '" + Shown.of(protocol) + "': expected a name of at most "
                    + MAX_ALPN_LENGTH + " characters, as in h2 or http/1.1");
        }
    }

    /** {@return these options with another time to connect} */
    public DestinationOptions withConnectTimeout(Duration timeout) {
        return new DestinationOptions(
                timeout,
                idleTimeout,
                maxConnections,
                alpn,
                sources,
                resourceTls,
                sourceHeaders,
                bandwidth,
                resourceProxy);
    }

    /** {@return these options with another time to be idle} */
    public DestinationOptions withIdleTimeout(Duration timeout) {
        return new DestinationOptions(
                connectTimeout,
                timeout,
                maxConnections,
                alpn,
                sources,
                resourceTls,
                sourceHeaders,
                bandwidth,
                resourceProxy);
    }

    /** {@return these options with another limit of connections} */
    public DestinationOptions withMaxConnections(int most) {
        return new DestinationOptions(
                connectTimeout, idleTimeout, most, alpn, sources, resourceTls, sourceHeaders, bandwidth, resourceProxy);
    }

    /** {@return these options with other protocols in TLS} */
    public DestinationOptions withAlpn(List<String> protocols) {
        return new DestinationOptions(
                connectTimeout,
                idleTimeout,
                maxConnections,
                protocols,
                sources,
                resourceTls,
                sourceHeaders,
                bandwidth,
                resourceProxy);
    }

    /** {@return these options with other rules of who may connect} */
    public DestinationOptions withSources(SourceAccess access) {
        return new DestinationOptions(
                connectTimeout,
                idleTimeout,
                maxConnections,
                alpn,
                access,
                resourceTls,
                sourceHeaders,
                bandwidth,
                resourceProxy);
    }

    /** {@return these options with another protection of the way to the resource} */
    public DestinationOptions withResourceTls(ResourceTls tls) {
        return new DestinationOptions(
                connectTimeout,
                idleTimeout,
                maxConnections,
                alpn,
                sources,
                tls,
                sourceHeaders,
                bandwidth,
                resourceProxy);
    }

    /** {@return these options with other headers that tell sources} */
    public DestinationOptions withSourceHeaders(SourceHeaders headers) {
        return new DestinationOptions(
                connectTimeout,
                idleTimeout,
                maxConnections,
                alpn,
                sources,
                resourceTls,
                headers,
                bandwidth,
                resourceProxy);
    }

    /** {@return these options with other limits of bytes a second} */
    public DestinationOptions withBandwidth(Bandwidth limits) {
        return new DestinationOptions(
                connectTimeout,
                idleTimeout,
                maxConnections,
                alpn,
                sources,
                resourceTls,
                sourceHeaders,
                limits,
                resourceProxy);
    }

    /** {@return these options with another proxy before the resource} */
    public DestinationOptions withResourceProxy(@Nullable ProxyAddress proxy) {
        return new DestinationOptions(
                connectTimeout,
                idleTimeout,
                maxConnections,
                alpn,
                sources,
                resourceTls,
                sourceHeaders,
                bandwidth,
                proxy);
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
