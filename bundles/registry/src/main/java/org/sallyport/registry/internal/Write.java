// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One value of the journal that is to change.
 *
 * @param name which one
 * @param value what it becomes; null: it goes
 */
record Write(Name name, @Nullable JsonNode value) {
    /**
     * Names one value.
     *
     * @param table the table that it stands in
     * @param key its key there
     */
    record Name(Table table, String key) {}

    /** The tables of the journal; their names in it are theirs for ever. */
    enum Table {
        /** The revision. */
        META("meta"),
        /** Gateways by ID. */
        GATEWAYS("gateways"),
        /** Destinations by ID. */
        DESTINATIONS("destinations"),
        /** Client keys by gateway ID, a blank and the fingerprint. */
        KEYS("keys"),
        /** Blocked keys by fingerprint. */
        BLOCKED("blocked"),
        /** Encrypted secrets by name. */
        SECRETS("secrets");

        private final String stored;

        Table(String stored) {
            this.stored = stored;
        }

        String stored() {
            return stored;
        }

        static Table of(String stored) {
            for (Table table : values()) {
                if (table.stored.equals(stored)) {
                    return table;
                }
            }
            throw new IllegalArgumentException("unknown table '" + stored + "'");
        }
    }

    static Write put(Table table, String key, JsonNode value) {
        return new Write(new Name(table, key), value);
    }

    static Write remove(Table table, String key) {
        return new Write(new Name(table, key), null);
    }
}
