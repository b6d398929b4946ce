// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.fuzz;

/** How long to look. */
final class Effort {
    /** Of each fuzz test: the property {@code fuzz.duration} of the build. */
    static final String DURATION = "${fuzz.duration}";

    private Effort() {}
}
