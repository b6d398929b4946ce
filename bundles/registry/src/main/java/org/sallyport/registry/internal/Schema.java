// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.List;

/**
 * The form of what the journal holds, as a number in its head. A journal of an older number is migrated when it is opened,
 * all or nothing; one of a newer number is refused.
 *
 * @param migrations what makes number 2 of 1, 3 of 2, and so on
 */
record Schema(List<Migration> migrations) {
    /** The form that this version writes: number 1, to which nothing has to be migrated. */
    static final Schema NOW = new Schema(List.of());

    /** Makes contents of one number contents of the next. */
    @FunctionalInterface
    interface Migration {
        /**
         * Says what has to change.
         *
         * @param older what the journal holds
         * @return what becomes of it
         */
        List<Write> writes(Tables older);
    }

    Schema {
        migrations = List.copyOf(migrations);
    }

    /** {@return the number that this version writes} */
    int number() {
        return 1 + migrations.size();
    }
}
