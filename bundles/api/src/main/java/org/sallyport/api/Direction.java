// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** Which way a destination's connections go through the tunnel. */
public enum Direction {
    /** Application → server's listen port → tunnel → client → resource; the client resolves the name. */
    ON_PREMISES("on-premises"),
    /** Application in the private network → client's port → tunnel → server → resource; the server resolves it. */
    CLOUD("cloud");

    private final String word;

    Direction(String word) {
        this.word = word;
    }

    /** {@return the word that commands, REST and the tunnel protocol use} */
    public String word() {
        return word;
    }

    /**
     * The direction that a word names.
     *
     * @param word {@code on-premises} or {@code cloud}
     * @return the direction
     */
    public static Direction of(String word) {
        for (Direction direction : values()) {
            if (direction.word.equals(word)) {
                return direction;
            }
        }
        throw new IllegalArgumentException("direction '" + Shown.of(word) + "': expected on-premises or cloud");
    }

    @Override
    public String toString() {
        return word;
    }
}
