// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

import java.util.Arrays;

/** Header fields that a gateway must know, as small numbers, so that a head of many fields is looked through once. */
final class Field {
    static final byte OTHER = 0;
    static final byte HOST = 1;
    static final byte CONNECTION = 2;
    static final byte CONTENT_LENGTH = 3;
    static final byte TRANSFER_ENCODING = 4;
    static final byte TE = 5;
    static final byte UPGRADE = 6;
    static final byte EXPECT = 7;
    static final byte KEEP_ALIVE = 8;
    static final byte PROXY_CONNECTION = 9;
    static final byte HTTP2_SETTINGS = 10;
    static final byte FORWARDED = 11;
    static final byte X_FORWARDED_FOR = 12;
    static final byte X_FORWARDED_PROTO = 13;
    static final byte X_FORWARDED_HOST = 14;
    static final byte ACCEPT = 15;
    static final byte TRAILER = 16;

    private static final byte[][] NAMES = {
        {},
        Octets.ascii("host"),
        Octets.ascii("connection"),
        Octets.ascii("content-length"),
        Octets.ascii("transfer-encoding"),
        Octets.ascii("te"),
        Octets.ascii("upgrade"),
        Octets.ascii("expect"),
        Octets.ascii("keep-alive"),
        Octets.ascii("proxy-connection"),
        Octets.ascii("http2-settings"),
        Octets.ascii("forwarded"),
        Octets.ascii("x-forwarded-for"),
        Octets.ascii("x-forwarded-proto"),
        Octets.ascii("x-forwarded-host"),
        Octets.ascii("accept"),
        Octets.ascii("trailer"),
    };
    private static final int LONGEST = 17;
    private static final byte[][] BY_LENGTH = new byte[LONGEST + 1][];

    static {
        for (int length = 0; length <= LONGEST; length++) {
            int count = 0;
            byte[] found = new byte[NAMES.length];
            for (byte field = 1; field < NAMES.length; field++) {
                if (NAMES[field].length == length) {
                    found[count++] = field;
                }
            }
            BY_LENGTH[length] = Arrays.copyOf(found, count);
        }
    }

    private Field() {}

    /** {@return which field has this name, {@link #OTHER} when it does not matter} */
    static byte of(byte[] octets, int from, int to) {
        int length = to - from;
        if (length <= LONGEST) {
            for (byte candidate : BY_LENGTH[length]) {
                if (Octets.isWord(octets, from, to, NAMES[candidate])
                        || (candidate >= X_FORWARDED_FOR
                                && candidate <= X_FORWARDED_HOST
                                && isSpelledWithUnderscores(octets, from, to, NAMES[candidate]))) {
                    return candidate;
                }
            }
        }
        return OTHER;
    }

    /** Resources behind CGI's kind of interface can't tell a hyphen from an underscore, and would believe a stranger. */
    private static boolean isSpelledWithUnderscores(byte[] octets, int from, int to, byte[] name) {
        for (int i = from; i < to; i++) {
            byte octet = octets[i] == '_' ? (byte) '-' : Octets.lower(octets[i]);
            if (octet != name[i - from]) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether a trailer must not have this name: it says where messages end or where they go} */
    static boolean isForbiddenInTrailers(byte field) {
        return switch (field) {
            case HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, TE, UPGRADE, EXPECT, KEEP_ALIVE, TRAILER -> true;
            case FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST -> true;
            default -> false;
        };
    }
}
