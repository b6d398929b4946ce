// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.frame;

/** Why an end sent GO_AWAY. */
public enum GoAwayCode {
    /** The sender opens and accepts no more streams; open ones go on to their end. */
    NORMAL(0),
    /** The peer sent what it must not send. */
    PROTOCOL_ERROR(1),
    /** The sender failed. */
    INTERNAL_ERROR(2),
    /** A number that this version does not know; to be treated as {@link #INTERNAL_ERROR}. Never sent. */
    UNKNOWN(-1);

    private final int number;

    GoAwayCode(int number) {
        this.number = number;
    }

    /** The code of a number read from the wire (unsigned); {@link #UNKNOWN} when there is none. */
    public static GoAwayCode of(int number) {
        return switch (number) {
            case 0 -> NORMAL;
            case 1 -> PROTOCOL_ERROR;
            case 2 -> INTERNAL_ERROR;
            default -> UNKNOWN;
        };
    }

    /** What stands on the wire. */
    public int number() {
        return number;
    }
}
