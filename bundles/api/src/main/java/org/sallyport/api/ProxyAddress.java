// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.Arrays;
import java.util.Locale;

/**
 * Where an outbound proxy is and how one speaks to it; never with credentials, so it may be shown.
 *
 * @param kind how one speaks to it
 * @param address where it listens
 */
public record ProxyAddress(Kind kind, HostPort address) {
    /** How one speaks to a proxy. */
    public enum Kind {
        /** The CONNECT of HTTP/1.1; the proxy resolves the server's name. */
        HTTP,
        /** SOCKS 4: the client resolves the server's name, and only IPv4 is carried. */
        SOCKS4,
        /** SOCKS 4a: as SOCKS 4, but the proxy resolves the name. */
        SOCKS4A,
        /** SOCKS 5: the proxy resolves the name. */
        SOCKS5;

        /** {@return its name as it is written in an address} */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads {@code KIND://HOST:PORT}.
     *
     * @param text what a person wrote
     * @return the address
     * @throws IllegalArgumentException if it is none; the message does not repeat the text, which may hold a password
     */
    public static ProxyAddress parse(String text) {
        if (text.indexOf('@') >= 0) {
            throw new IllegalArgumentException(
                    "credentials do not belong here: put USER:PASSWORD into a private file and name it in"
                            + " proxy.credentials");
        }
        int colon = text.indexOf("://");
        String word = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String place = colon < 0 ? text : text.substring(colon + 3);
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.word().equals(word))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("not a kind of proxy that is known"));
        return new ProxyAddress(
                kind, HostPort.parse(place.endsWith("/") ? place.substring(0, place.length() - 1) : place));
    }

    /** {@return it in words, as in {@code http proxy proxy.example:3128}} */
    public String words() {
        return kind.word() + " proxy " + address;
    }

    @Override
    public String toString() {
        return kind.word() + "://" + address;
    }
}
