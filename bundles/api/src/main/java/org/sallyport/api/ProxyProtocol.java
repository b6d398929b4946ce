// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** The header that tells a resource where an application is: version 1 is a line of text, version 2 is binary. */
public enum ProxyProtocol {
    /** No header. */
    NONE("none"),
    /** The line {@code PROXY TCP4 …}. */
    V1("v1"),
    /** The binary header. */
    V2("v2");

    private final String word;

    ProxyProtocol(String word) {
        this.word = word;
    }

    /** {@return the word that commands, REST and the tunnel protocol use} */
    public String word() {
        return word;
    }

    /**
     * The version that a word names.
     *
     * @param word {@code none}, {@code v1} or {@code v2}
     * @return the version
     */
    public static ProxyProtocol of(String word) {
        for (ProxyProtocol version : values()) {
            if (version.word.equals(word)) {
                return version;
            }
        }
        throw new IllegalArgumentException("'" + Shown.of(word) + "': expected none, v1 or v2");
    }

    @Override
    public String toString() {
        return word;
    }
}
