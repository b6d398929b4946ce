// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.wire.control;

import java.util.Locale;

/** Why an attach was refused. On the wire a word: the constant's name in small letters with dashes. */
public enum RefusalCode {
    /** The gateway of the token does not exist. */
    UNKNOWN_GATEWAY,
    /** No token of this server. */
    TOKEN_INVALID,
    /** The token's time is over. */
    TOKEN_EXPIRED,
    /** The token was replaced by a newer one. */
    TOKEN_REVOKED,
    /** A descriptor was shown where a token is required. */
    TOKEN_REQUIRED,
    /** This client's key is barred. */
    KEY_BLOCKED,
    /** The gateway admits no keys that it does not know. */
    KEY_NOT_ADMITTED,
    /** The gateway is disabled. */
    GATEWAY_DISABLED,
    /** The gateway has as many clients as it may have. */
    TOO_MANY_CLIENTS,
    /** The version of the protocol is no longer spoken. */
    VERSION_NOT_SUPPORTED,
    /** The attach is malformed, or something else came in its place. */
    MALFORMED,
    /** The server cannot decide now, for example because its registry is away. */
    UNAVAILABLE,
    /** The server stops. */
    DRAINING,
    /** The server failed. */
    INTERNAL,
    /** A word that this version does not know: take the sentence and the time to retry as they are. Never sent. */
    UNKNOWN;

    private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The code of a word. */
    public static RefusalCode of(String word) {
        for (RefusalCode code : values()) {
            if (code.word.equals(word) && code != UNKNOWN) {
                return code;
            }
        }
        return UNKNOWN;
    }

    /** What stands on the wire and in the launcher's output. */
    public String word() {
        return word;
    }
}
