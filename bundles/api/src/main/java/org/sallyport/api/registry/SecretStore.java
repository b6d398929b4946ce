// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.api.registry;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Durable secrets of this instance: private keys and the like, encrypted at rest under a key file that only the owner can
 * read.
 */
@ProviderType
public interface SecretStore {
    /**
     * Reads a secret.
     *
     * @param name its name, small letters, digits, dots and dashes
     * @return its bytes, which the caller may overwrite, or null when there is none; fails with
     *     {@link RegistryException} when it cannot be read or was altered
     */
    CompletionStage<byte @Nullable []> get(String name);

    /**
     * Stores a secret unless one of that name is there already, so that two who make it at once agree.
     *
     * @param name its name
     * @param secret its bytes; not kept
     * @return the bytes that are now stored under the name: these, or those that were there before
     */
    CompletionStage<byte[]> putIfAbsent(String name, byte[] secret);

    /**
     * Stores a secret in place of any earlier one; on disk when the stage completes.
     *
     * @param name its name
     * @param secret its bytes; not kept
     * @return completes when it is durable
     */
    CompletionStage<Void> put(String name, byte[] secret);

    /**
     * Forgets a secret; none of that name is no error.
     *
     * @param name its name
     * @return completes when that is durable; an older copy of the store's file may still hold the encrypted bytes
     */
    CompletionStage<Void> remove(String name);

    /**
     * Lists secrets by the beginning of their names.
     *
     * @param prefix how the names begin
     * @return the names, in alphabetical order
     */
    CompletionStage<List<String>> names(String prefix);
}
