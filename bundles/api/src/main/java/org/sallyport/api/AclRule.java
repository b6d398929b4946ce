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
 * @param path for HTTP, a path prefix that begins with {@code /}, decoded: {@code /a} is that and all below it; empty: any.
 *     Only an allow rule has one
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

    /** What stands in no path that a request is compared by, or ends it. */
    private static final String FORBIDDEN = "%\\;?#";

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
        String path = slash < 0 ? "" : rest.substring(slash);
        if (!path.equals(expressible(path))) {
            throw new IllegalArgumentException("path '" + Shown.of(path)
                    + "': expected a path as it is when it is decoded, without %, \\, ;, ?, # and without empty, . or .."
                    + " segments, as in /api/v1");
        }
        return new AclRule(action, host, port.isEmpty() ? 0 : HostPort.port(port, 1), path);
    }

    /**
     * The longest part of a path that a rule can name: requests are compared decoded, and those with anything of that kind
     * are refused or resolved before.
     *
     * @param path empty, or begins with a slash
     * @return the path itself, or the segments before the first that no rule can have
     */
    static String expressible(String path) {
        int end = 0;
        while (end < path.length()) {
            int next = path.indexOf('/', end + 1);
            int to = next < 0 ? path.length() : next;
            String segment = path.substring(end + 1, to);
            boolean good = (!segment.isEmpty() || (next < 0 && to == path.length()))
                    && !segment.equals(".")
                    && !segment.equals("..")
                    && segment.chars().noneMatch(c -> c <= ' ' || c == 127 || FORBIDDEN.indexOf(c) >= 0);
            if (!good) {
                return end == 0 ? "/" : path.substring(0, end);
            }
            end = to;
        }
        return path;
    }

    /** {@return the target in the form that {@link #parse} reads} */
    public String target() {
        String shownHost = host.indexOf(':') >= 0 || host.indexOf('/') >= 0 ? "[" + host + "]" : host;
        return shownHost + ":" + (port == 0 ? "" : port) + path;
    }

    boolean sameTarget(AclRule other) {
        return host.equals(other.host) && port == other.port && path.equals(other.path);
    }

    boolean samePlace(AclRule other) {
        return host.equals(other.host) && port == other.port;
    }

    /** {@return whether this rule's path, {@code /a}, is a request's or a folder of it: {@code /a} or {@code /a/b}} */
    boolean matchesPath(String requested) {
        return requested.startsWith(path)
                && (requested.length() == path.length()
                        || path.endsWith("/")
                        || requested.charAt(path.length()) == '/');
    }

    boolean matchesPort(int dialled) {
        return port == 0 || port == dialled;
    }

    @Override
    public String toString() {
        return action.word() + " " + target();
    }
}
