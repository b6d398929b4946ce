// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.testkit.resource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** An endless sequence of bytes in which a lost, repeated or changed one is noticed. */
public final class Pattern {
    private static final int BUFFER = 32 * 1024;

    private Pattern() {}

    /** {@return the byte at a place} */
    static byte at(long place) {
        long mixed = place * 0x9E3779B97F4A7C15L;
        return (byte) (mixed >>> 56);
    }

    /** {@return the first so many bytes} */
    public static byte[] bytes(int count) {
        byte[] made = new byte[count];
        for (int i = 0; i < count; i++) {
            made[i] = at(i);
        }
        return made;
    }

    /** Writes so many bytes from the beginning on. */
    public static void write(OutputStream out, long count) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long place = 0;
        while (place < count) {
            int length = (int) Math.min(buffer.length, count - place);
            for (int i = 0; i < length; i++) {
                buffer[i] = at(place + i);
            }
            out.write(buffer, 0, length);
            place += length;
        }
    }

    /**
     * Reads to the end.
     *
     * @return how many bytes there were, -1 if one of them was wrong
     */
    public static long readToEnd(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long place = 0;
        boolean right = true;
        int read = in.read(buffer);
        while (read >= 0) {
            for (int i = 0; i < read; i++) {
                right &= buffer[i] == at(place + i);
            }
            place += read;
            read = in.read(buffer);
        }
        return right ? place : -1;
    }
}
