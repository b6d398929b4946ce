// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

/**
 * The IDs of the streams that the peer has opened: of one parity, growing, each used once. An end gives its IDs out in
 * order, but a widespread implementation opens streams on several threads and sends their SYN frames in another one; so an
 * ID may come late, while fewer than {@value #LATE} higher ones have come.
 */
final class PeerStreamIds {
    /** How many IDs up to the highest are remembered, one bit each. */
    static final int LATE = 1024;

    private final int parity;
    private final long[] used = new long[LATE / Long.SIZE];

    /** The place of the highest in the row of the peer's IDs, 0 for the first; -1 before that. */
    private long highest = -1;

    /**
     * @param parity 1 when the peer is a client, 0 when it is a server
     */
    PeerStreamIds(int parity) {
        this.parity = parity;
    }

    boolean isPeers(int streamId) {
        return (streamId & 1) == parity;
    }

    /** {@return the highest so far, unsigned; 0 before the first} */
    int highest() {
        return highest < 0 ? 0 : (int) (highest * 2 + (parity == 1 ? 1 : 2));
    }

    /** Whether a stream was opened, as far as that is remembered: of one that is long past it is assumed. */
    boolean wasOpened(int streamId) {
        long place = place(streamId);
        return place <= highest && (isForgotten(place) || isUsed(place));
    }

    /** Opens a stream; false when its ID was used before, or comes too late to know. */
    boolean open(int streamId) {
        long place = place(streamId);
        if (place > highest) {
            // what is between was skipped, and may come late; the marks of IDs that are forgotten now are in their
            // places
            for (long skipped = Math.max(highest + 1, place - LATE + 1); skipped < place; skipped++) {
                used[word(skipped)] &= ~bit(skipped);
            }
            highest = place;
        } else if (isForgotten(place) || isUsed(place)) {
            return false;
        }
        used[word(place)] |= bit(place);
        return true;
    }

    private long place(int streamId) {
        return (Integer.toUnsignedLong(streamId) - (parity == 1 ? 1 : 2)) / 2;
    }

    private boolean isForgotten(long place) {
        return place <= highest - LATE;
    }

    private boolean isUsed(long place) {
        return (used[word(place)] & bit(place)) != 0;
    }

    private static int word(long place) {
        return (int) (place % LATE) / Long.SIZE;
    }

    private static long bit(long place) {
        return 1L << (int) (place % Long.SIZE);
    }
}
