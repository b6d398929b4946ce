// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/**
 * How many bytes a second all connections of a destination carry together, each way apart, at one end where applications
 * connect.
 *
 * @param in bytes a second from applications; 0: any number
 * @param out bytes a second to applications; 0: any number
 */
public record Bandwidth(long in, long out) {
    /** A limit below this could not be kept: what arrives at once is larger than what may pass in a second. */
    public static final long LEAST = 16 << 10;

    /** The largest limit. */
    public static final long MOST = 1L << 40;

    /** No limit. */
    public static final Bandwidth UNLIMITED = new Bandwidth(0, 0);

    public Bandwidth {
        check("in", in);
        check("out", out);
    }

    private static void check(String way, long bytes) {
        if (bytes != 0 && (bytes < LEAST || bytes > MOST)) {
            throw new IllegalArgumentException("bandwidth " + way + " of " + bytes
                    + " bytes a second: expected 0 (none), or " + ByteSize.text(LEAST) + " to " + ByteSize.text(MOST));
        }
    }

    /** {@return this with another limit from applications} */
    public Bandwidth withIn(long bytes) {
        return new Bandwidth(bytes, out);
    }

    /** {@return this with another limit to applications} */
    public Bandwidth withOut(long bytes) {
        return new Bandwidth(in, bytes);
    }
}
