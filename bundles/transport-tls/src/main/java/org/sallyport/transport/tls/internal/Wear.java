// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.transport.tls.internal;

/**
 * How much a tunnel may use before another one has to continue it; it goes on beyond that, as long as there is anything left.
 * Each counts for either direction, and records and bytes only where TLS does not change its keys by itself.
 *
 * @param firstId near which the IDs of streams begin, not below 1; tests begin near the end
 * @param lastId beyond which the ID of a stream is one of the last ones, as an unsigned number of 32 bits
 * @param records of TLS
 * @param bytes of TLS records
 */
public record Wear(long firstId, long lastId, long records, long bytes) {
    private static final long IDS = 1L << 32;
    private static final long RECORDS_OF_A_KEY = 1L << 24;
    private static final long BYTES_OF_A_KEY = 1L << 38;

    /**
     * Three quarters of the IDs, of 2^24 records, and of 256 GiB, so that a renewal that does not work at once has time. The
     * latter two are what TLS 1.3 grants a key of AES-GCM (RFC 8446, 5.5), rounded down.
     */
    public static final Wear STANDARD = new Wear(1, IDS / 4 * 3, RECORDS_OF_A_KEY / 4 * 3, BYTES_OF_A_KEY / 4 * 3);

    public Wear {
        if (firstId < 1 || firstId >= IDS || lastId < 1 || records < 1 || bytes < 1) {
            throw new IllegalArgumentException("first ID " + firstId + ", last ID " + lastId + ", " + records
                    + " records, " + bytes + " bytes; expected positive numbers and a first ID below 2^32");
        }
    }
}
