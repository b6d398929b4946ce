// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import org.jspecify.annotations.Nullable;

/** One value of the store file that is to change. Immutable; nobody changes the bytes. */
final class Write {
    private final Name name;
    private final byte @Nullable [] value;

    /**
     * @param name which one
     * @param value what it becomes; null: it goes
     */
    Write(Name name, byte @Nullable [] value) {
        this.name = name;
        this.value = value;
    }

    Name name() {
        return name;
    }

    byte @Nullable [] value() {
        return value;
    }

    /**
     * Names one value.
     *
     * @param table the table that it stands in
     * @param key its key there
     */
    record Name(Table table, String key) {}

    /** The tables of the store file; their names in it are theirs for ever. */
    enum Table {
        /** The schema number and the revision. */
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
    }

    static Write put(Table table, String key, byte[] value) {
        return new Write(new Name(table, key), value);
    }

    static Write remove(Table table, String key) {
        return new Write(new Name(table, key), null);
    }
}
