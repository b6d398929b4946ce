// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api;

/** The rule for names that operators give. */
final class Names {
    private static final int MAX_CHARS = 128;

    private Names() {}

    static void check(String what, String name) {
        boolean clean = name.equals(name.strip()) && name.chars().noneMatch(Character::isISOControl);
        if (name.isEmpty() || name.length() > MAX_CHARS || !clean) {
            throw new IllegalArgumentException(what + " '" + Shown.of(name) + "': expected 1 to " + MAX_CHARS
                    + " characters without control characters or blanks at the ends");
        }
    }
}
