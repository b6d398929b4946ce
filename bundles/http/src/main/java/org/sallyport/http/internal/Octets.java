// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import java.nio.charset.StandardCharsets;

/** Classes of octets (RFC 9110, 5.6; RFC 3986) and comparisons without strings. */
final class Octets {
    private static final byte TOKEN = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte HOST = 8;
    private static final byte[] CLASSES = new byte[256];

    static {
        for (int c = 0x20; c < 0x100; c++) {
            if (c != 0x7F) {
                CLASSES[c] |= VALUE;
            }
            if (c > 0x20 && c < 0x7F && c != '#') {
                CLASSES[c] |= TARGET;
            }
        }
        CLASSES['\t'] |= VALUE;
        mark("!#$%&'*+-.^_`|~", TOKEN);
        mark("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", TOKEN);
        // without the comma, which is a list's, and without what only user information has
        mark("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~!$&'()*+;=%[]:", HOST);
    }

    private Octets() {}

    private static void mark(String octets, byte as) {
        for (int i = 0; i < octets.length(); i++) {
            CLASSES[octets.charAt(i)] |= as;
        }
    }

    /** {@return whether it may stand in a method or a field name} */
    static boolean isToken(byte octet) {
        return (CLASSES[octet & 0xFF] & TOKEN) != 0;
    }

    /** {@return whether it may stand in a field value: visible, space, tab or above ASCII} */
    static boolean isValue(byte octet) {
        return (CLASSES[octet & 0xFF] & VALUE) != 0;
    }

    /** {@return whether it may stand in a request target; more than RFC 3986 has, because browsers send it} */
    static boolean isTarget(byte octet) {
        return (CLASSES[octet & 0xFF] & TARGET) != 0;
    }

    /** {@return whether it may stand in a host with its port} */
    static boolean isHost(byte octet) {
        return (CLASSES[octet & 0xFF] & HOST) != 0;
    }

    static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    static boolean all(byte[] octets, int from, int to, Kind kind) {
        for (int i = from; i < to; i++) {
            if ((CLASSES[octets[i] & 0xFF] & kind.bits) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Octets to look for. */
    enum Kind {
        IN_TOKEN(TOKEN),
        IN_TARGET(TARGET),
        IN_HOST(HOST);

        private final byte bits;

        Kind(byte bits) {
            this.bits = bits;
        }
    }

    /** {@return the octet's value as a hexadecimal digit, -1 if it is none} */
    static int hex(byte octet) {
        if (octet >= '0' && octet <= '9') {
            return octet - '0';
        }
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** {@return whether a range is this word; the word in lower case} */
    static boolean isWord(byte[] octets, int from, int to, byte[] word) {
        if (to - from != word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (lower(octets[from + i]) != word[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether two ranges are the same but for upper and lower case} */
    static boolean sameWord(byte[] octets, int from, int to, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (lower(octets[from + i]) != lower(octets[otherFrom + i])) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether a range is exactly these octets} */
    static boolean isExactly(byte[] octets, int from, int to, byte[] expected) {
        if (to - from != expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (octets[from + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    static byte lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? (byte) (octet + 32) : octet;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
