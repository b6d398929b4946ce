// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Keeps gateways, destinations, access lists, client keys and secrets of one instance; what it acknowledged is on disk.
 *
 * <p>{@link org.sallyport.registry.internal.EmbeddedRegistry} and
 * {@link org.sallyport.registry.internal.EncryptedSecrets} are what others use. Both hand their work to
 * {@link org.sallyport.registry.internal.EmbeddedStore}, whose one thread decides and writes; a second one, in
 * {@link org.sallyport.registry.internal.Herald}, tells callers and watchers. All is held in memory, in immutable
 * {@link org.sallyport.registry.internal.Contents}; {@link org.sallyport.registry.internal.Journal} is what makes it
 * durable.
 */
@NullMarked
package org.sallyport.registry.internal;

import org.jspecify.annotations.NullMarked;
