// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.http.internal;

/** The requests that were sent to the resource and are not answered, in their order, with what their answers depend on. */
final class Owed {
    /** The answer has no body. */
    static final byte HEAD = 1;
    /** The application's connection ends with the answer. */
    static final byte LAST = 2;
    /** The application speaks HTTP/1.0. */
    static final byte OLD = 4;
    /** 101 may be answered. */
    static final byte UPGRADE = 8;
    /** The body waits for 100. */
    static final byte CONTINUE = 16;

    private final byte[] ring;
    private int first;
    private int size;

    /**
     * @param most how many there may be at once
     */
    Owed(int most) {
        ring = new byte[most];
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size == ring.length;
    }

    int size() {
        return size;
    }

    /** One more was sent; there must be room. */
    void add(byte flags) {
        ring[(first + size) % ring.length] = flags;
        size++;
    }

    /** {@return whether a flag is set for the one that is answered next; there must be one} */
    boolean next(byte flag) {
        return (ring[first] & flag) != 0;
    }

    /** The next one was answered. */
    void answered() {
        first = (first + 1) % ring.length;
        size--;
    }

    void clear() {
        size = 0;
    }
}
