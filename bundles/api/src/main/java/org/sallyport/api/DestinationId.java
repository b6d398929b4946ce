// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.regex.Pattern;

/**
 * Names one destination: the 11 characters of its gateway, an underscore and 5 base-62 characters.
 *
 * @param value the whole ID
 */
public record DestinationId(String value) implements Comparable<DestinationId> {
    private static final Pattern FORM = Pattern.compile("[0-9A-Za-z]{11}_[0-9A-Za-z]{5}");

    public DestinationId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + Shown.of(value)
                    + "' is not a destination ID: expected the gateway's 11 characters, '_' and 5 letters or digits,"
                    + " as in qsn47KM8iTa_9xQ2b");
        }
    }

    /** {@return whether this ID was made for a destination of {@code gateway}} */
    public boolean belongsTo(GatewayId gateway) {
        return value.startsWith(gateway.stem()) && value.charAt(GatewayId.STEM_LENGTH) == '_';
    }

    @Override
    public int compareTo(DestinationId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
