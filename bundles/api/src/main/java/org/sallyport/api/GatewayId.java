// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.regex.Pattern;

/**
 * Names one gateway for ever: 11 base-62 characters, an underscore and the region name of its server, for example
 * {@code qsn47KM8iTa_local}.
 *
 * @param value the whole ID
 */
public record GatewayId(String value) implements Comparable<GatewayId> {
    /** Characters before the underscore; destinations and clients of the gateway share them. */
    public static final int STEM_LENGTH = 11;

    private static final Pattern FORM = Pattern.compile("[0-9A-Za-z]{11}_[0-9A-Za-z][0-9A-Za-z-]{0,31}");

    public GatewayId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + Shown.of(value)
                    + "' is not a gateway ID: expected 11 letters or digits, '_' and a region name, as in"
                    + " qsn47KM8iTa_local");
        }
    }

    /** {@return the 11 characters that IDs of this gateway's destinations and clients begin with} */
    public String stem() {
        return value.substring(0, STEM_LENGTH);
    }

    /** {@return the region name of the server that made this gateway} */
    public String region() {
        return value.substring(STEM_LENGTH + 1);
    }

    @Override
    public int compareTo(GatewayId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
