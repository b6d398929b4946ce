// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.registry.internal;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.sallyport.api.registry.RegistrySnapshot;

/**
 * Everything that the store holds, in memory. Immutable: a step makes the next one.
 *
 * @param registry gateways and what belongs to them
 * @param secrets encrypted secrets by name; nobody changes the bytes
 */
record Contents(RegistrySnapshot registry, Map<String, byte[]> secrets) {
    Contents {
        secrets = Collections.unmodifiableMap(secrets);
    }

    /** {@return these contents with another registry} */
    Contents with(RegistrySnapshot next) {
        return new Contents(next, secrets);
    }

    /** {@return these contents with one more secret, or another one of that name} */
    Contents with(String name, byte[] encrypted) {
        Map<String, byte[]> next = new TreeMap<>(secrets);
        next.put(name, encrypted);
        return new Contents(registry, next);
    }

    /** {@return these contents without a secret} */
    Contents without(String name) {
        Map<String, byte[]> next = new TreeMap<>(secrets);
        next.remove(name);
        return new Contents(registry, next);
    }
}
