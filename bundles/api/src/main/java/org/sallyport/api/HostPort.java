// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A place to connect to or to listen on: a host name or an IP address, and a port. A name is kept in lower case and without
 * the dot that may end it, so that one host has one name to rules; an IPv6 address without its brackets.
 *
 * @param host a host name (RFC 1123, underscores allowed because real networks have them), an IPv4 or an IPv6 address
 * @param port 0–65535; 0 stands for "any free port" where something listens, and is refused by {@link #parse}
 */
public record HostPort(String host, int port) {
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_]([a-z0-9_-]{0,62}))*");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]*:[0-9a-f:.]*(%[0-9a-z._-]+)?");

    public HostPort {
        host = normalHost(host);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + ": expected a number from 0 to 65535");
        }
    }

    /**
     * Reads {@code host:port}, {@code 10.0.0.1:80} or {@code [2001:db8::1]:80}.
     *
     * @param text what a person wrote
     * @return the place that it names
     * @throws IllegalArgumentException if it names none; the message says what was given and expected
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        if (colon <= 0 || (bracketed && text.charAt(colon - 1) != ']') || (!bracketed && text.indexOf(':') != colon)) {
            throw new IllegalArgumentException(
                    "'" + Shown.of(text) + "': expected HOST:PORT, or [ADDRESS]:PORT for an IPv6 address");
        }
        String host = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
        return new HostPort(host, port(text.substring(colon + 1), 1));
    }

    /**
     * Reads a port number.
     *
     * @param text decimal digits
     * @param least the smallest number that is accepted, 0 or 1
     * @return the number
     */
    public static int port(String text, int least) {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = digits ? Integer.parseInt(text) : -1;
        if (number < least || number > 65_535) {
            throw new IllegalArgumentException(
                    "port '" + Shown.of(text) + "': expected a number from " + least + " to 65535");
        }
        return number;
    }

    /** {@return {@code host} in the form in which hosts are compared: lower case, no brackets, no last dot} */
    static String normalHost(String host) {
        String plain = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        String absolute = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
        String lower = absolute.toLowerCase(Locale.ROOT);
        if (!NAME.matcher(lower).matches() && !IPV6.matcher(lower).matches()) {
            throw new IllegalArgumentException(
                    "host '" + Shown.of(host) + "': expected a host name, an IPv4 or an IPv6 address");
        }
        return lower;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
