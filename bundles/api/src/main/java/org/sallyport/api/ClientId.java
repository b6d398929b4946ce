// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

import java.util.regex.Pattern;

/**
 * Names one running attachment of a client process to one gateway: the gateway's 11 characters, an underscore and 3
 * base-62 characters, given by the server.
 *
 * @param value the whole ID
 */
public record ClientId(String value) implements Comparable<ClientId> {
    private static final Pattern FORM = Pattern.compile("[0-9A-Za-z]{11}_[0-9A-Za-z]{3}");

    public ClientId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("'" + Shown.of(value)
                    + "' is not a client ID: expected the gateway's 11 characters, '_' and 3 letters or digits, as in"
                    + " qsn47KM8iTa_3R2");
        }
    }

    /** {@return whether this ID was given to a client of {@code gateway}} */
    public boolean belongsTo(GatewayId gateway) {
        return value.startsWith(gateway.stem()) && value.charAt(GatewayId.STEM_LENGTH) == '_';
    }

    @Override
    public int compareTo(ClientId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
