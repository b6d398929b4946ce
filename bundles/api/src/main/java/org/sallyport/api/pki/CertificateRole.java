// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.pki;

import org.sallyport.api.Shown;

/** What a file of certificates is to a destination. Each destination has each role once. */
public enum CertificateRole {
    /** The key and chain that applications see. */
    INGRESS_KEY("ingress", Leg.INGRESS),
    /** Who signed the certificates that applications show; a certificate that is no CA is accepted as itself only. */
    APPLICATION_CAS("application-cas", Leg.INGRESS),
    /** The key and chain that the resource sees. */
    EGRESS_KEY("egress", Leg.EGRESS),
    /** Who signed the resource's certificate; a certificate that is no CA is accepted as itself only. */
    RESOURCE_CAS("resource-cas", Leg.EGRESS);

    private final String word;
    private final Leg leg;

    CertificateRole(String word, Leg leg) {
        this.word = word;
        this.leg = leg;
    }

    /** {@return the word for it in commands and REST; what is stored carries it too} */
    public String word() {
        return word;
    }

    /** {@return the connection that it is for} */
    public Leg leg() {
        return leg;
    }

    /** {@return whether it is a key with its chain, otherwise it is a list of certificates to trust} */
    public boolean hasKey() {
        return this == INGRESS_KEY || this == EGRESS_KEY;
    }

    /** {@return the role of a leg's key} */
    public static CertificateRole keyOf(Leg leg) {
        return leg == Leg.INGRESS ? INGRESS_KEY : EGRESS_KEY;
    }

    /** {@return the role of what a leg trusts} */
    public static CertificateRole trustOf(Leg leg) {
        return leg == Leg.INGRESS ? APPLICATION_CAS : RESOURCE_CAS;
    }

    /**
     * The role that a word names.
     *
     * @param word as {@link #word()} gives it
     * @return the role
     * @throws IllegalArgumentException when there is none
     */
    public static CertificateRole of(String word) {
        for (CertificateRole role : values()) {
            if (role.word.equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "certificate role '" + Shown.of(word) + "': expected ingress, application-cas, egress or resource-cas");
    }

    @Override
    public String toString() {
        return word;
    }
}
