// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.List;

/**
 * The form of what the store file holds, as a number that the file carries. A file of an older number is migrated when it is
 * opened, step by step and all or nothing; one of a newer number is refused.
 *
 * @param steps what makes number 2 of 1, 3 of 2, and so on
 */
record Schema(List<Migration> steps) {
    /** The form that this version writes: number 1, to which no step leads. */
    static final Schema NOW = new Schema(List.of());

    /** Makes a file of one number a file of the next. */
    @FunctionalInterface
    interface Migration {
        /**
         * Says what has to change.
         *
         * @param file the file in its older form
         * @return the changes, all of which become durable with the new number, or none
         */
        List<Write> writes(StoreFile.Content file);
    }

    Schema {
        steps = List.copyOf(steps);
    }

    /** {@return the number that this version writes} */
    int number() {
        return 1 + steps.size();
    }
}
