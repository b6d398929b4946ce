// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.sallyport.api.Direction;
import org.sallyport.api.Shown;

/** One of the two TLS connections of a destination; they are independent of each other. */
public enum Leg {
    /** Between the application and the end where it connects, which is the TLS server. */
    INGRESS("ingress"),
    /** Between the end that dials and the resource; the dialling end is the TLS client. */
    EGRESS("egress");

    private final String word;

    Leg(String word) {
        this.word = word;
    }

    /** {@return the word that the tunnel protocol has for it} */
    public String word() {
        return word;
    }

    /**
     * The leg that a word names.
     *
     * @param word as {@link #word()} gives it
     * @return the leg
     * @throws IllegalArgumentException when there is none
     */
    public static Leg of(String word) {
        for (Leg leg : values()) {
            if (leg.word.equals(word)) {
                return leg;
            }
        }
        throw new IllegalArgumentException("leg '" + Shown.of(word) + "': expected ingress or egress");
    }

    /** {@return the leg of a destination that is at its clients} */
    public static Leg atClients(Direction direction) {
        return direction == Direction.CLOUD ? INGRESS : EGRESS;
    }
}
