// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.Locale;

/**
 * One rule of an ACL.
 *
 * @param action allow or deny
 * @param host a host name, an address or a CIDR block; empty: any
 * @param port 1–65535; 0: any
 * @param path for HTTP, a path prefix that begins with {@code /}; empty: any. Only an allow rule has one
 */
public record AclRule(Action action, String host, int port, String path) {
    /** What a rule says about those that it matches. */
    public enum Action {
        /** They may be dialled. */
        ALLOW,
        /** They may not. */
        DENY;

        /** {@return the word that commands and files use} */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public AclRule {
        host = host.isEmpty() ? "" : host.indexOf('/') >= 0 ? Cidr.parse(host).toString() : HostPort.normalHost(host);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + ": expected a number from 1 to 65535, or none");
        }
        if (!path.isEmpty() && (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c == 127))) {
            throw new IllegalArgumentException("path '" + Shown.of(path) + "': expected a path that begins with /");
        }
        if (!path.isEmpty() && action == Action.DENY) {
            throw new IllegalArgumentException("a deny rule cannot have a path: only what is allowed is narrowed");
        }
    }

    /**
     * Reads the target of a rule: {@code [HOST]:[PORT][/PATH]}; either part may be empty, a CIDR block stands in
     * brackets ({@code [10.0.0.0/8]:5432}), so does an IPv6 address.
     *
     * @param action what the rule says
     * @param target what a person wrote
     * @return the rule
     */
    public static AclRule parse(Action action, String target) {
        int hostEnd = target.startsWith("[") ? target.indexOf(']') + 1 : target.indexOf(':');
        if (hostEnd < 0 || hostEnd >= target.length() || target.charAt(hostEnd) != ':') {
            throw new IllegalArgumentException(
                    "'" + Shown.of(target) + "': expected [HOST]:[PORT][/PATH], as in db:5432, db:, :443 or :");
        }
        String host = target.substring(0, hostEnd);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        String rest = target.substring(hostEnd + 1);
        int slash = rest.indexOf('/');
        String port = slash < 0 ? rest : rest.substring(0, slash);
        return new AclRule(
                action, host, port.isEmpty() ? 0 : HostPort.port(port, 1), slash < 0 ? "" : rest.substring(slash));
    }

    /** {@return the target in the form that {@link #parse} reads} */
    public String target() {
        String shownHost = host.indexOf(':') >= 0 || host.indexOf('/') >= 0 ? "[" + host + "]" : host;
        return shownHost + ":" + (port == 0 ? "" : port) + path;
    }

    boolean sameTarget(AclRule other) {
        return host.equals(other.host) && port == other.port && path.equals(other.path);
    }

    boolean matchesPort(int dialled) {
        return port == 0 || port == dialled;
    }

    @Override
    public String toString() {
        return action.word() + " " + target();
    }
}
