// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.service;

import java.util.List;

/**
 * The result of a change that is durable and in force here. It was awaited at every attached client for at most 5 s.
 *
 * @param value what was made or changed, as it is now
 * @param warnings a sentence for each client that has not applied it yet, and for anything else the caller should know
 */
public record Outcome<T>(T value, List<String> warnings) {
    public Outcome {
        warnings = List.copyOf(warnings);
    }

    /** {@return an outcome without a warning} */
    public static <T> Outcome<T> of(T value) {
        return new Outcome<>(value, List.of());
    }
}
