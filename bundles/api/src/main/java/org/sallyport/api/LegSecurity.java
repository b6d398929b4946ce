// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** What protects one leg of a destination: the application's, or the resource's. */
public enum LegSecurity {
    /** Nothing. */
    NONE("none"),
    /** TLS: whoever is connected to presents a certificate. */
    TLS("tls"),
    /** TLS, and whoever connects presents a certificate too. */
    MUTUAL("mutual");

    private final String word;

    LegSecurity(String word) {
        this.word = word;
    }

    /** {@return the word that commands, REST and the tunnel protocol use} */
    public String word() {
        return word;
    }

    /**
     * The security that a word names.
     *
     * @param word {@code none}, {@code tls} or {@code mutual}
     * @return the security
     */
    public static LegSecurity of(String word) {
        for (LegSecurity security : values()) {
            if (security.word.equals(word)) {
                return security;
            }
        }
        throw new IllegalArgumentException("'" + Shown.of(word) + "': expected none, tls or mutual");
    }

    @Override
    public String toString() {
        return word;
    }
}
