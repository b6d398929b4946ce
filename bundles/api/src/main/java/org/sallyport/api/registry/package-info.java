// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
/**
 * Where gateways are kept. {@link org.sallyport.api.registry.GatewayRegistry} is asynchronous and has a watch, so that a
 * store of another machine, or one shared by several servers, can stand behind it;
 * {@link org.sallyport.api.registry.RegistrySnapshot} is the immutable picture that everybody works on and that outlives
 * an absent store.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.sallyport.api.registry;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
