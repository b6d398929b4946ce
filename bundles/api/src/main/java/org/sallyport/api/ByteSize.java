// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** How sizes are written: a whole number of bytes, with k, m or g behind it for its multiples of 1024. */
public final class ByteSize {
    private static final String UNITS = "kmg";
    private static final int KIBI_BITS = 10;

    private ByteSize() {}

    /**
     * Reads a size.
     *
     * @param text as a person writes it; capital letters mean the same
     * @return bytes
     * @throws IllegalArgumentException when it is none
     */
    public static long parse(String text) {
        int unit = text.isEmpty() ? -1 : UNITS.indexOf(Character.toLowerCase(text.charAt(text.length() - 1)));
        String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
        if (!digits.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    "'" + Shown.of(text) + "': expected a size in bytes, as in 4096, 512k, 32m or 1g");
        }
        try {
            return Math.multiplyExact(Long.parseLong(digits), 1L << (KIBI_BITS * (unit + 1)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + Shown.of(text) + "': expected a smaller size", e);
        }
    }

    /** {@return a size as it is written, in the largest unit that tells it whole} */
    public static String text(long bytes) {
        long value = bytes;
        int unit = -1;
        while (value != 0 && value % (1 << KIBI_BITS) == 0 && unit + 1 < UNITS.length()) {
            value >>= KIBI_BITS;
            unit++;
        }
        return unit < 0 ? "" + value : "" + value + UNITS.charAt(unit);
    }
}
